import { useLocation } from 'preact-iso';
import { FirstEvent } from '../../parts/first-event.tsx';
import { Icon } from '../../parts/icon.tsx';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import { Segments } from '../../parts/segments.tsx';
import type { EventPage } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { health } from '../../state/health.ts';
import { useLive } from '../../state/live.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { useTitle } from '../../state/title.ts';
import { clockTime, exactTime, minuteTime } from '../../text/time.ts';
import { FailingHosts } from './failing-hosts.tsx';
import { type Overview, useOverview } from './overview-data.ts';
import { PlotCard } from './plot-card.tsx';
import { plotsOf } from './plot-model.ts';
import { Tiles } from './tiles.tsx';
import { TroubleList } from './trouble-list.tsx';
import { troublesIn } from './troubles.ts';

const ranges = [
  { value: 'hour', text: 'Last hour' },
  { value: 'day', text: 'Last day' },
] as const;

/** What is wrong, how much waits and was done, and how it went over time. */
export function OverviewScreen() {
  useTitle('Overview');
  return (
    <NeedsScope scope="read" toDo="see the overview" title="Overview">
      <OverviewOfAll />
    </NeedsScope>
  );
}

function OverviewOfAll() {
  const { query, route } = useLocation();
  const range = query.range === 'day' ? 'day' : 'hour';
  const overview = useOverview();
  const isUnused = useIsUnused(overview);
  const { value: statistics, problem } = overview[range];
  const missing = statistics ? undefined : problem ? 'Not received.' : 'Loading …';

  return (
    <div class="screen overview">
      <div class="screen-head">
        <h1>Overview</h1>
        <AsOf overview={overview} />
        <div class="actions">
          <Segments
            label="Time shown in the plots"
            options={ranges}
            chosen={range}
            choose={(chosen) => route(chosen === 'hour' ? '/' : `/?range=${chosen}`, true)}
          />
        </div>
      </div>
      <Problems overview={overview} />
      {isUnused ? <p class="calm muted">Nothing has happened in this queue yet.</p> : <Judgement overview={overview} />}
      {statistics?.complete === false && (
        <p class="muted">
          More was counted than one answer reads, so the counts of the earliest {range === 'hour' ? 'minutes' : 'hours'}{' '}
          are too low.
        </p>
      )}
      <Tiles {...overview} />
      {isUnused ? (
        <FirstEvent />
      ) : (
        <>
          <div class="plots">
            {plotsOf(statistics ?? { range, periods: [] }).map((model) => (
              <PlotCard key={model.id} model={model} missing={missing} />
            ))}
          </div>
          <FailingHosts statistics={statistics} missing={missing} />
        </>
      )}
    </div>
  );
}

/** Whether the queue has no event at all. It is asked only if nothing waits and nothing happened in the last day. */
function useIsUnused({ waiting, day }: Overview): boolean {
  const { accepted, succeeded, exhausted } = day.value?.total ?? { accepted: 1, succeeded: 0, exhausted: 0 };
  const isQuiet = waiting.value?.count === 0 && waiting.value.complete && accepted + succeeded + exhausted === 0;
  const some = useLive<EventPage>(isQuiet ? '/events' : undefined, { query: { limit: 1 } });
  return isQuiet && some.value?.events.length === 0;
}

/** The parts of the overview that are always asked for. */
function partsOf({ waiting, due, late, hour, day }: Overview) {
  return [waiting, due, late, hour, day];
}

/** Says when the oldest of the numbers was received, and whether newer ones should have come. */
function AsOf({ overview }: { readonly overview: Overview }) {
  const parts = partsOf(overview);
  const known = parts.map(({ asOf }) => asOf).filter((asOf) => asOf !== undefined);
  const isStale = parts.some(({ problem }) => problem !== undefined);
  if (known.length < parts.length) return <span class="muted">{isStale ? 'Not received' : 'Loading …'}</span>;
  const asOf = Math.min(...known);
  return (
    <span class={isStale ? 'stale' : 'muted'} title={exactTime(asOf, zoneName(zone.value))}>
      As of {clockTime(asOf, now.value, zoneName(zone.value))}
      {isStale && ', out of date'}
    </span>
  );
}

/** Says why numbers did not come. That the queue does not answer at all is said by the banner of the page. */
function Problems({ overview }: { readonly overview: Overview }) {
  const parts = partsOf(overview);
  const failed = parts.find(({ problem }) => problem !== undefined && problem.kind !== 'unreachable');
  if (failed?.problem === undefined) return null;
  const retry = () => {
    for (const { refresh } of parts) refresh();
  };
  return <ProblemNotice problem={failed.problem} asOf={failed.asOf} retry={retry} />;
}

/** The sentences about what is wrong, or that all is well. */
function Judgement({ overview: { due, late, lateSample, hour, day } }: { readonly overview: Overview }) {
  const clock = (instant: number) => minuteTime(instant, now.peek(), zoneName(zone.value));
  const isPaused = health.value?.paused === true;
  const troubles = troublesIn({
    now: now.peek(),
    isPaused,
    due: due.value,
    lateSample: late.value?.count ? (lateSample.value?.events ?? []) : [],
    hour: hour.value,
    day: day.value,
    clock,
  });
  if (troubles.length > 0) return <TroubleList troubles={troubles} />;
  const since = day.value?.periods[0];
  const isKnown = since !== undefined && late.value !== undefined && hour.value !== undefined;
  if (!isKnown) return <p class="calm muted">Whether all is well is not known yet.</p>;
  return (
    <p class="calm">
      <Icon name="done" />
      {isPaused
        ? 'No event is due, and none has failed since '
        : 'All is well: events are called in time, and none has failed since '}
      {clock(Date.parse(since.started_at_utc))}.
    </p>
  );
}
