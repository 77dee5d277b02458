import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleAnswer } from '../../api/schedule-answer.ts';
import { parsePublicKey } from '../../core/event/event-key.ts';
import type { StageCall } from './receiver.ts';
import type { Stage, StageChecks } from './stage.ts';
import { until } from './until.ts';

const MINUTE = 60_000;
/** The number of runs that are awaited. The change itself makes the first three, and only the dispatcher makes others. */
const RUNS = 5;
/** The seconds by which the last run may be late on a busy machine. */
const PATIENCE = 30;

/** The checks of schedules. They wait for minutes. */
export const scheduleChecks: StageChecks = {
  'a schedule of each minute is called once for each minute, and no more when it is deleted': async (stage) => {
    const { queue, receiver, tag } = stage;
    const path = `/schedules/${tag}`;
    const event = { url_to_send_request: `${receiver.url}/scheduled`, event_tags: [tag] };
    const created = await queue.api('PUT', path, { cron: '* * * * *', event });
    assert.equal(created.status, 201, created.text);
    const [first = '', ...others] = (created.json as ScheduleAnswer).next_runs_at_utc;
    assert.equal(others.length, 4);
    const wait = (Date.parse(first) - Date.now() + (RUNS - 1) * MINUTE) / 1_000 + PATIENCE;
    await until(`${RUNS} runs`, wait, () => callsOf(stage).length >= RUNS);

    const deleted = await queue.api('DELETE', path);
    assert.equal(deleted.status, 200, deleted.text);
    const calls = callsOf(stage);
    const instants = calls.map(({ key }) => dueAtOf(key));
    assert.deepEqual(
      instants,
      instants.map((_, index) => Date.parse(first) + index * MINUTE),
    );
    await sleep(MINUTE + PATIENCE * 1_000);
    assert.equal(callsOf(stage).length, calls.length);
    assert.equal((await queue.api('GET', path)).status, 404);
    return `late by ${Math.max(...calls.map(({ key, at }) => at - dueAtOf(key)))} ms at most`;
  },
};

/** Returns the calls of the runs, earliest due first. */
function callsOf({ receiver }: Stage): readonly StageCall[] {
  const calls = receiver.calls.filter(({ path }) => path === '/scheduled');
  return calls.toSorted((one, other) => dueAtOf(one.key) - dueAtOf(other.key));
}

/** Returns the instant at which the event of a key was due, in epoch milliseconds. */
function dueAtOf(key: string): number {
  return parsePublicKey(key)?.dueAt ?? assert.fail(`A call has no key of an event: ${key}`);
}
