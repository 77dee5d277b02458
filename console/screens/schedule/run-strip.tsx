import { Icon, type IconName } from '../../parts/icon.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { runText } from '../../text/run-text.ts';
import { exactTime } from '../../text/time.ts';

const icons: Readonly<Record<EventAnswer['status'], IconName>> = {
  success: 'done',
  max_try_count_reached: 'close',
  waiting_execution: 'waiting',
  cancelled: 'cancel',
};

/** The last runs of a schedule, the latest last. Each leads to its event, and its drawing and its colour say how it ended. */
export function RunStrip({ runs }: { readonly runs: readonly EventAnswer[] }) {
  return (
    <ol class="run-strip">
      {runs.toReversed().map((run) => {
        const due = exactTime(run.timestamp_for_execution_to_start * 1_000, zoneName(zone.value));
        const text = `${runText(run)}, due ${due}`;
        return (
          <li key={run.key}>
            <a class={`badge ${run.status}`} href={`/console/events/${run.key}`} title={text}>
              <Icon name={icons[run.status]} />
              <span class="only-read">{text}</span>
            </a>
          </li>
        );
      })}
    </ol>
  );
}
