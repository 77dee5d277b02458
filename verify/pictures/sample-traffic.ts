import type { CallResult } from '../../core/event/progress.ts';

/** The parts of the hour, from 0 to 1, between which the receiver of invoices is down. */
const DOWN_FROM = 0.55;
/** From here on no attempt fails, so that nothing is between two tries when the pictures are taken. */
const DOWN_UNTIL = 0.9;
const EVENTS_A_MINUTE = 24;
/** The last events of a minute are published so many milliseconds after its beginning, and called before its end. */
const LAST_PUBLISH = 50_000;

type Chance = () => number;

/** An event as it is published, and how long after the beginning of its minute, in milliseconds. */
type Published = { readonly after: number; readonly event: object };

/** The events that are published in a minute, in order. More come in the middle of the hour than at its ends. */
export function eventsOfMinute(partOfHour: number, chance: Chance): readonly Published[] {
  const count = Math.round(EVENTS_A_MINUTE * (0.6 + 0.5 * Math.sin(partOfHour * Math.PI) + 0.3 * chance()));
  return Array.from({ length: count }, (_, index) => ({
    after: Math.round(((index + chance()) / count) * LAST_PUBLISH),
    event: sampleEvent(1_000 + Math.floor(chance() * 9_000), chance),
  }));
}

function sampleEvent(id: number, chance: Chance): object {
  const kind = chance();
  if (kind < 0.5) {
    return {
      url_to_send_request: 'https://mail.example.com/welcome',
      body: { to: `user-${id}` },
      event_tags: ['mails'],
    };
  }
  if (kind < 0.7) {
    return { url_to_send_request: 'https://reports.example.com/render', body: { report: id }, event_tags: ['reports'] };
  }
  if (kind < 0.85) {
    return {
      url_to_send_request: 'https://billing.example.com/invoices',
      body: { invoice: id, amount: 12_900, currency: 'EUR' },
      event_tags: ['invoices', 'europe'],
      max_try_count: 4,
      retry_delay: 20,
      retry_backoff: 'exponential',
    };
  }
  if (kind < 0.95) {
    return {
      url_to_send_request: `https://hooks.example.net/orders/${id}`,
      body: { order: id, state: 'paid' },
      event_tags: ['webhooks'],
      max_try_count: 3,
      retry_delay: 30,
    };
  }
  return {
    url_to_send_request: `https://app.example.com/reminders/${id}`,
    call_url_after: 7_200 + Math.floor(chance() * 86_400),
    event_tags: ['reminders'],
  };
}

/** How long a receiver takes, in milliseconds, and what comes of the call. */
type Received = { readonly duration: number; readonly result: CallResult };

/** What a receiver does with a call at a part of the hour. */
export function answerOf({ hostname }: URL, attempt: number, partOfHour: number, chance: Chance): Received {
  switch (hostname) {
    case 'reports.example.com':
      return { duration: 300 + chance() ** 3 * 2_400, result: answered(200, '{"state":"written"}') };
    case 'billing.example.com':
      if (partOfHour < DOWN_FROM || partOfHour > DOWN_UNTIL) break;
      return {
        duration: 80 + chance() * 60,
        result: answered(503, '{"error":"The database does not answer.","retry":true}'),
      };
    case 'hooks.example.net':
      if (partOfHour > DOWN_UNTIL || chance() > 0.25) break;
      return attempt === 1
        ? { duration: 5_002, result: { outcome: 'timed_out', error: 'No whole answer within 5000 ms.' } }
        : { duration: 12, result: { outcome: 'unreachable', error: 'The connection was refused.' } };
  }
  return { duration: 20 + chance() ** 4 * 260, result: answered(200, '{"ok":true}') };
}

function answered(statusCode: number, body: string): CallResult {
  const headers = [
    ['content-type', 'application/json'],
    ['content-length', String(body.length)],
  ] as const;
  return { outcome: 'answered', answer: { statusCode, headers, body: Buffer.from(body), truncated: false } };
}
