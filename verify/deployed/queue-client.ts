import type { EventAnswer } from '../../api/event-answer.ts';
import type { Aws, HttpAnswer } from './aws.ts';
import { until } from './until.ts';

/** The longest wait of a request in seconds, by default. */
const LONGEST_WAIT = 5;
const FINISHES_WITHIN = 40;

// biome-ignore lint/suspicious/noExplicitAny: The checks themselves are about the form of the answers.
type ApiAnswer = HttpAnswer & { readonly json: any };

export type QueueClient = ReturnType<typeof queueClient>;

/** Returns a client of the HTTP API of a deployed queue. Its key should have all scopes. */
export function queueClient(aws: Aws, host: string, apiKey: string) {
  async function api(method: string, path: string, body?: unknown, others: Readonly<Record<string, string>> = {}) {
    const contentType = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { 'x-api-key': apiKey, ...contentType, ...others };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await aws.http({ method, path, host, headers, body: text });
    const isJson = answer.headers['content-type']?.includes('json') && answer.text !== '';
    return { ...answer, json: isJson ? JSON.parse(answer.text) : undefined } as ApiAnswer;
  }

  return {
    host,
    apiKey,
    api,

    async publish(event: object): Promise<EventAnswer> {
      const { status, json, text } = await api('POST', '/events', event);
      if (status !== 201) throw new Error(`POST /events: ${status} ${text.slice(0, 300)}`);
      return json;
    },

    /** Resolves with the event when it has finished. */
    finished: ({ key }: { readonly key: string }): Promise<EventAnswer> =>
      until(`the end of ${key}`, FINISHES_WITHIN, async () => {
        const { status, json, text } = await api('GET', `/events/${key}?wait=${LONGEST_WAIT}`);
        if (status !== 200) throw new Error(`GET /events/${key}: ${status} ${text.slice(0, 300)}`);
        return json.status !== 'waiting_execution' && (json as EventAnswer);
      }),
  };
}

/** Returns the instant at which an event was due first, in epoch milliseconds. */
export function dueAt({ timestamp_for_execution_to_start }: EventAnswer): number {
  return Math.round(timestamp_for_execution_to_start * 1_000);
}
