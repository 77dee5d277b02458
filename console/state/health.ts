import { signal } from '@preact/signals';
import type { Answered } from './api-client.ts';
import type { HealthAnswer, PauseAnswer } from './api-types.ts';
import { repeatWhileWatched } from './repeat-while-watched.ts';
import { ask } from './session.ts';

const ASK_EVERY_S = 15;

/** Whether the queue is paused, as it was last heard. Every screen shows it. */
export const health = signal<HealthAnswer | undefined>(undefined);

const watching = repeatWhileWatched(async () => {
  const answered = await ask<HealthAnswer>('/health');
  if (answered.ok) health.value = answered.value;
  return ASK_EVERY_S;
});

/** Starts to keep `health` up to date. The returned function ends that. */
export const watchHealth = watching.start;

/** Pauses the whole queue. */
export function pauseQueue(): Promise<Answered<PauseAnswer>> {
  return changePause('/pause');
}

/** Ends the pause of the queue. */
export function resumeQueue(): Promise<Answered<PauseAnswer>> {
  return changePause('/resume');
}

async function changePause(path: string): Promise<Answered<PauseAnswer>> {
  const answered = await ask<PauseAnswer>(path, { method: 'POST' });
  watching.runNow();
  return answered;
}
