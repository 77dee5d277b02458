import assert from 'node:assert/strict';
import type { EventAnswer } from '../../api/event-answer.ts';
import { eventFor } from './many-checks.ts';
import { dueAt } from './queue-client.ts';
import type { Stage, StageChecks } from './stage.ts';
import { until } from './until.ts';

/** A delay in seconds with which the dispatcher sends the message of an event. Up to 180 s, publish sends it itself. */
export const SENT_BY_DISPATCHER = 200;
/** The seconds by which a call may be late on a busy machine. */
const MOST_LATE = 5;
const PATIENCE = 60;

/** The checks of delayed events. Each of them waits for minutes. */
export const dueChecks: StageChecks = {
  [`an event delayed by ${SENT_BY_DISPATCHER} s, which only the dispatcher sends, is called in time, and once`]: async (
    stage,
  ) => calledInTime(stage, await publishLater(stage, '/far', SENT_BY_DISPATCHER)),
};

export function publishLater(stage: Pick<Stage, 'queue' | 'receiver'>, path: string, seconds: number) {
  return stage.queue.publish({ ...eventFor(stage, path), call_url_after: seconds });
}

/** Waits for the only call of an event, and resolves with a remark on how late it was. */
export async function calledInTime({ receiver }: Pick<Stage, 'receiver'>, event: EventAnswer): Promise<string> {
  const wait = Math.max(0, dueAt(event) - Date.now()) / 1_000 + PATIENCE;
  await until(`the call of ${event.url_to_send_request}`, wait, () => receiver.of(event.key).length > 0);
  const calls = receiver.of(event.key);
  const late = (calls[0]?.at ?? 0) - dueAt(event);
  assert.equal(calls.length, 1);
  assert.ok(late >= -1 && late < MOST_LATE * 1_000, `It was called ${late} ms after its instant.`);
  return `late by ${late} ms`;
}
