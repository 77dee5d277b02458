import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { tinykeys } from 'tinykeys';
import type { Answered, Problem } from '../../state/api-client.ts';
import { whileNotTyping } from '../../state/keyboard.ts';
import { schedulePath } from '../../state/schedules.ts';
import { ask, may } from '../../state/session.ts';

/** What the reader can do with a schedule. The key `r` runs it. */
export function useScheduleActions(id: string, refresh: () => void) {
  const problem = useSignal<Problem | undefined>(undefined);
  const done = useSignal('');

  async function change(action: 'run' | 'pause' | 'resume', said: string): Promise<void> {
    done.value = '';
    const answered = await ask(`${schedulePath(id)}/${action}`, { method: 'POST' });
    problem.value = answered.ok ? undefined : answered.problem;
    if (answered.ok) done.value = said;
    refresh();
  }

  const run = () => change('run', 'A run is called now. It appears among the last runs.');

  useEffect(() => tinykeys(window, whileNotTyping({ r: () => void (may('publish') && run()) })), [id]);

  return {
    /** Why the last action was refused. */
    problem: problem.value,
    /** What the last action did. */
    done: done.value,
    run,
    pause: () => change('pause', 'The schedule is paused.'),
    resume: () => change('resume', 'The schedule goes on with its next instant.'),
    remove: (): Promise<Answered<unknown>> => ask(schedulePath(id), { method: 'DELETE' }),
  };
}
