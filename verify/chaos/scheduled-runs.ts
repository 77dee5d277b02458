import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer } from '../../api/event-answer.ts';
import type { ScheduleAnswer } from '../../api/schedule-answer.ts';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { parsePublicKey } from '../../core/event/event-key.ts';
import { type MoodyCall, moodyPath } from '../shared/moody-receiver.ts';
import type { Target } from './clients.ts';
import type { MinuteSchedule, Wanted } from './history.ts';

const TRIES = 3;
/** The milliseconds between the first instants of two schedules that have an interval. */
const APART = 5 * SECOND;
const LIST_AGAIN_AFTER = 500;

/**
 * Makes schedules that run each minute. Half of them have a cron expression, and the others an interval that begins at
 * an instant of their own. The receiver answers the first attempt of every third one badly. Rejects if one is refused.
 */
export async function makeSchedules(target: Target, count: number, receiverUrl: string): Promise<MinuteSchedule[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => makeSchedule(target, n, receiverUrl)));
}

async function makeSchedule(target: Target, n: number, receiverUrl: string): Promise<MinuteSchedule> {
  const id = `each-minute-${n}`;
  const path = moodyPath(id, { deed: 'answers 503', attempts: n % 3 === 0 ? 1 : 0 });
  const from = Date.now() + (n + 1) * APART;
  const timing = n % 2 === 0 ? { cron: '* * * * *' } : { every: 60, from: new Date(from).toISOString() };
  const event = {
    url_to_send_request: `${receiverUrl}${path}`,
    body: id,
    timeout_for_request: target.callTimeoutSeconds,
    max_try_count: TRIES,
    retry_delay: 1,
  };
  const response = await fetch(`${target.publishUrl()}/schedules/${id}`, {
    method: 'PUT',
    headers: { 'x-api-key': target.secret, 'content-type': 'application/json' },
    body: JSON.stringify({ ...timing, event }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`The schedule ${id} was refused: ${text}`);
  const createdAt = Date.parse((JSON.parse(text) as ScheduleAnswer).created_at_utc);
  const firstAt = 'cron' in timing ? (Math.floor(createdAt / MINUTE) + 1) * MINUTE : from;
  return { id, path, firstAt };
}

/** The instants of a schedule up to and with another instant, all in epoch milliseconds. */
export function instantsUpTo({ firstAt }: Pick<MinuteSchedule, 'firstAt'>, until: number): readonly number[] {
  const count = Math.max(0, Math.floor((until - firstAt) / MINUTE) + 1);
  return Array.from({ length: count }, (_, n) => firstAt + n * MINUTE);
}

/**
 * The events of schedules that were due up to the instant `until`: those that the API lists, and those that a receiver
 * was called for. Lists until each instant has an event. From the deadline on, it takes the list as it is.
 */
export async function runsOf(
  target: Target,
  schedules: readonly MinuteSchedule[],
  calls: readonly MoodyCall[],
  { until, deadline }: { readonly until: number; readonly deadline: number },
): Promise<readonly Wanted[]> {
  async function runsOfOne(schedule: MinuteSchedule): Promise<readonly Wanted[]> {
    const { id, path } = schedule;
    const called = calls.filter((call) => call.path === path).map(({ key }) => key);
    const keys = new Set([...(await listedKeys(target, id)), ...called]);
    const runs = [...keys].map((key) => runOf(target, path, key)).filter(({ accepted }) => accepted.dueAt <= until);
    const found = new Set(runs.map(({ accepted }) => accepted.dueAt));
    if (Date.now() > deadline || instantsUpTo(schedule, until).every((at) => found.has(at))) return runs;
    await sleep(LIST_AGAIN_AFTER);
    return runsOfOne(schedule);
  }

  return (await Promise.all(schedules.map(runsOfOne))).flat();
}

function runOf({ callTimeoutSeconds }: Target, path: string, key: string) {
  // A key that cannot be read counts as a run at 1970, which is found as one that no instant asked for.
  const dueAt = parsePublicKey(key)?.dueAt ?? 0;
  const timeout = callTimeoutSeconds * SECOND;
  return { path, maxTryCount: TRIES, timeout, accepted: { key, dueAt }, isRun: true } as const;
}

type Page = { readonly events: readonly EventAnswer[]; readonly next_cursor: string | null };

async function listedKeys({ readUrl, secret }: Target, id: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const url = `${readUrl()}/events?schedule=${id}&limit=100${after}`;
    const response = await fetch(url, { headers: { 'x-api-key': secret } });
    if (response.status !== 200) throw new Error(`The runs of ${id} cannot be listed: ${await response.text()}`);
    const page = (await response.json()) as Page;
    keys.push(...page.events.map(({ key }) => key));
    cursor = page.next_cursor;
  }
  return keys;
}
