import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer } from '../../api/event-answer.ts';
import { type Mood, moodyPath } from '../shared/moody-receiver.ts';
import type { Wanted } from './history.ts';

const CLIENTS = 16;
const READERS = 32;
const LOOK_AGAIN_AFTER = 500;
const MOST_TRIES_OF_CALLBACK = 10;

/** The addresses of a queue, which may change when it is killed, and a key. */
export type Target = {
  publishUrl(): string;
  readUrl(): string;
  readonly secret: string;
  /** The timeout of each event in seconds. */
  readonly callTimeoutSeconds: number;
  serving(): Promise<void>;
};

/**
 * Makes a request for an event. Seven of ten are due at once, and the others within four seconds. Half of them are
 * answered well at once; the receiver treats the others slowly or badly at first, and a few always. Three of ten have a
 * callback.
 */
export function mixedWish(name: string, receiverUrl: string, timeout: number, chance: () => number) {
  const maxTryCount = 3;
  const path = moodyPath(name, moodOf(chance, maxTryCount));
  const callbackPath = moodyPath(`result-${name}`, { deed: 'answers 503', attempts: 0 });
  const request = {
    url_to_send_request: `${receiverUrl}${path}`,
    body: name,
    call_url_after: chance() < 0.7 ? 0 : Math.round(chance() * 4_000) / 1_000,
    timeout_for_request: timeout,
    max_try_count: maxTryCount,
    retry_delay: 1,
  };
  const wish = { path, maxTryCount, timeout: timeout * 1_000 };
  if (chance() >= 0.3) return { ...wish, request };
  return { ...wish, callbackPath, request: { ...request, callback_url: `${receiverUrl}${callbackPath}` } };
}

function moodOf(chance: () => number, maxTryCount: number): Mood {
  const deeds = ['answers 503', 'stalls', 'answers garbage', 'hangs up', 'breaks off'] as const;
  const draw = chance();
  if (draw < 0.5) return { deed: 'answers 200', attempts: 0 };
  if (draw < 0.65) return { deed: 'answers slowly', attempts: maxTryCount };
  const deed = deeds[Math.floor(chance() * deeds.length)] ?? 'stalls';
  return { deed, attempts: draw < 0.7 ? maxTryCount : 1 + Math.floor(chance() * 2) };
}

/**
 * Lets several clients publish at the same time until `count` events are accepted. A client that gets no answer, or a
 * 5xx, does not repeat its request, and publishes another event when the queue serves again. Rejects if a request is
 * refused.
 */
export async function publishAll(
  target: Target,
  count: number,
  wish: (n: number) => ReturnType<typeof mixedWish>,
  onAccepted: (total: number) => Promise<void> | void,
): Promise<Wanted[]> {
  const wanted: Wanted[] = [];
  let wished = 0;
  let accepted = 0;
  let underWay = 0;

  async function client(): Promise<void> {
    while (accepted + underWay < count) {
      await target.serving();
      underWay++;
      const { request, ...event } = wish(wished++);
      const answer = await post(target, request).finally(() => underWay--);
      wanted.push({ ...event, ...(answer && { accepted: answer }) });
      if (answer !== undefined) await onAccepted(++accepted);
    }
  }

  while (accepted < count) await Promise.all(Array.from({ length: CLIENTS }, client));
  return wanted;
}

async function post({ publishUrl, secret }: Target, request: object): Promise<Wanted['accepted']> {
  try {
    const headers = { 'x-api-key': secret, 'content-type': 'application/json' };
    const response = await fetch(`${publishUrl()}/events`, { method: 'POST', headers, body: JSON.stringify(request) });
    const answer = await response.text();
    if (response.status >= 500) return undefined;
    if (response.status !== 201) throw new TypeError(`It was refused: ${answer}`, { cause: 'refused' });
    const { key, timestamp_for_execution_to_start } = JSON.parse(answer) as EventAnswer;
    return { key, dueAt: Math.round(timestamp_for_execution_to_start * 1_000) };
  } catch (error) {
    if ((error as Error).cause === 'refused') throw error;
    return undefined;
  }
}

/**
 * The callbacks of events of which the records were read. If it is unknown whether an event was accepted, so is its
 * callback.
 */
export function callbacksOf(wanted: readonly Wanted[], records: ReadonlyMap<string, EventAnswer>): readonly Wanted[] {
  return wanted.flatMap(({ callbackPath, accepted, timeout }) => {
    if (callbackPath === undefined) return [];
    const callback = { path: callbackPath, maxTryCount: MOST_TRIES_OF_CALLBACK, timeout, isCallback: true as const };
    const record = accepted && records.get(accepted.key);
    if (!record?.callback_key) return [callback];
    return [{ ...callback, accepted: { key: record.callback_key, dueAt: Date.parse(record.finished_at_utc ?? '') } }];
  });
}

/**
 * Reads each event until it has finished. From the deadline on, an event is read once and taken as it is. A callback may
 * not be there yet, although its key is known.
 */
export async function readWhenFinished(
  { readUrl, secret }: Target,
  keys: readonly string[],
  deadline: number,
): Promise<ReadonlyMap<string, EventAnswer>> {
  const records = new Map<string, EventAnswer>();
  const waiting = [...keys];

  async function read(key: string): Promise<void> {
    const response = await fetch(`${readUrl()}/events/${key}`, { headers: { 'x-api-key': secret } });
    const record = response.status === 200 ? ((await response.json()) as EventAnswer) : undefined;
    if (record !== undefined) records.set(key, record);
    const hasFinished = record !== undefined && record.status !== 'waiting_execution';
    if (hasFinished || Date.now() > deadline) return;
    await sleep(LOOK_AGAIN_AFTER);
    await read(key);
  }

  async function readNext(): Promise<void> {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await read(key);
  }

  await Promise.all(Array.from({ length: READERS }, readNext));
  return records;
}
