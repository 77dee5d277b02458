import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { EventAnswer } from '../../api/event-answer.ts';
import { MINUTE } from '../../core/durations.ts';
import { expectDescribed } from './described-answer.ts';

const POLL_EVERY = 20;
const LONGEST_WAIT = MINUTE;

const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };

/** @param event an object, or the text of the request */
export async function publish(url: string, event: object | string, path = '/events'): Promise<EventAnswer> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  const answer = await describedJson(response, 'POST');
  expect([response.status, answer]).toEqual([201, answer]);
  return answer as EventAnswer;
}

export async function readEvent(url: string, key: string): Promise<EventAnswer> {
  const response = await fetch(`${url}/events/${key}`, { headers });
  expect(response.status).toBe(200);
  return (await describedJson(response, 'GET')) as EventAnswer;
}

export type RawAnswer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

/**
 * Sends a request with any headers. `fetch` allows neither another Host nor the headers by which a browser identifies
 * itself.
 */
export async function askRaw(
  url: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
  body = '',
): Promise<RawAnswer> {
  const asked = request(url, { method, headers, setHost: false }).end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const text = String(Buffer.concat(await response.toArray()));
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

/** The body of an answer, after a check that the OpenAPI document describes the answer. */
export async function describedJson(response: Response, method: string): Promise<unknown> {
  const body = await response.json();
  const contentType = response.headers.get('content-type') ?? '';
  expectDescribed({ method, path: new URL(response.url).pathname, status: response.status, contentType, body });
  return body;
}

export async function finishedEvent(url: string, key: string): Promise<EventAnswer> {
  return eventually(async () => {
    const event = await readEvent(url, key);
    expect(event.status).not.toBe('waiting_execution');
    return event;
  });
}

/**
 * Polls a check, and resolves as soon as it passes. Rejects with the check's last error if it does not pass in time.
 */
export async function eventually<Result>(check: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + LONGEST_WAIT;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(POLL_EVERY);
    }
  }
}
