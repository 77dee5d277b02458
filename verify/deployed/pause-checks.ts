import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer } from '../../api/event-answer.ts';
import { eventFor } from './many-checks.ts';
import { health } from './page-checks.ts';
import type { Stage, StageChecks } from './stage.ts';
import { isPauseTime, metricsNotWritten } from './telemetry-checks.ts';
import { until } from './until.ts';

/** The milliseconds after the answer to POST /pause in which calls may still arrive: 30 s, and 1 s for the network. */
const STOPPED_WITHIN = 31_000;
/**
 * The seconds for which the check watches the paused queue. In this time the dispatcher runs, and messages arrive that
 * were sent before the pause.
 */
const OBSERVED = 75;
/**
 * The seconds after a resumption within which every event must be called. They are twice as many as the queue needs, so
 * that a busy machine is not taken for a defect.
 */
const CAUGHT_UP_WITHIN = 120;

/** Checks that a paused queue calls nothing and loses nothing. No other check may run in the two minutes of the pause. */
export const pauseChecks: StageChecks = {
  'a paused queue starts no attempt, says so, and calls everything when it is resumed': async (stage) => {
    const { queue, receiver } = stage;
    const [delayed, failing] = await Promise.all([
      queue.publish({ ...eventFor(stage, '/paused/delayed'), call_url_after: 45 }),
      queue.publish({ ...eventFor(stage, '/fail/1'), retry_delay: 45, max_try_count: 2 }),
    ]);
    await until('the first attempt', 20, () => receiver.of(failing.key).length === 1);

    const paused = await queue.api('POST', '/pause');
    assert.deepEqual([paused.status, paused.json.paused], [200, true]);
    await sleep(STOPPED_WITHIN);
    const stoppedAt = Date.now();
    const published = await queue.publish(eventFor(stage, '/paused/published'));
    assert.equal((await health(stage)).paused, true);
    await sleep(OBSERVED * 1_000);
    assert.deepEqual(
      receiver.calls.filter(({ at }) => at >= stoppedAt).map(({ path }) => path),
      [],
    );
    assert.deepEqual(await metricsNotWritten(stage, isPauseTime), []);

    // The resumption counts from the moment of the request, because the queue may call events before the answer to the
    // request arrives.
    const resumedAt = Date.now();
    const resumed = await queue.api('POST', '/resume');
    assert.deepEqual([resumed.status, resumed.json.paused], [200, false]);
    const events = [delayed, failing, published];
    const isCalled = ({ key }: EventAnswer) => receiver.of(key).some(({ at }) => at >= resumedAt);
    await until('the calls of all events', CAUGHT_UP_WITHIN, () => events.every(isCalled)).catch(() => {
      const missed = events.filter((event) => !isCalled(event)).map(({ url_to_send_request: url }) => url);
      assert.fail(`Within ${CAUGHT_UP_WITHIN} s of the resumption these were not called: ${missed.join(', ')}.`);
    });
    const ends = await Promise.all(events.map((event) => queue.finished(event)));
    assert.deepEqual(
      ends.map(({ status, try_count }, index) => [status, try_count, callsOf(stage, events[index]?.key)]),
      [
        ['success', 1, 1],
        ['success', 2, 2],
        ['success', 1, 1],
      ],
    );
    assert.equal((await health(stage)).paused, undefined);
    const last = Math.max(...events.map(({ key }) => receiver.of(key).at(-1)?.at ?? 0));
    return `all were called within ${Math.ceil((last - resumedAt) / 1_000)} s`;
  },
};

function callsOf({ receiver }: Stage, key = ''): number {
  return receiver.of(key).length;
}
