import type { CountAnswer, EventAnswer, StatisticsAnswer } from '../../state/api-types.ts';
import { countedEvents, wholeNumber } from '../../text/number.ts';
import { lengthOfTime } from '../../text/time.ts';

/** An attempt that starts so long after its instant is late, as for the alarm `Late` of a deployed queue. */
const LATE_MS = 60_000;
/** The lateness of attempts is judged by so many of the latest minutes. */
const JUDGED_MINUTES = 5;
/** At most so many hosts have a sentence of their own. */
const MOST_HOSTS = 3;

/** What the overview judges by. What is not known yet is undefined or empty. */
export type Facts = {
  readonly now: number;
  readonly isPaused: boolean;
  readonly due: CountAnswer | undefined;
  /** Some of the waiting events that were first due long ago. */
  readonly lateSample: readonly Pick<EventAnswer, 'next_attempt_at_utc' | 'timeout_for_request'>[];
  readonly hour: StatisticsAnswer | undefined;
  readonly day: StatisticsAnswer | undefined;
  /** Writes an instant as a time of day. */
  readonly clock: (instant: number) => string;
};

/** What is wrong, as one sentence: a subject, which leads to what it speaks of, and what is wrong with it. */
export type Trouble = {
  readonly severity: 'alarm' | 'warn';
  readonly subject: string;
  readonly leadsTo: 'due' | 'late' | 'failed' | 'lateness' | { readonly failedAt: string };
  readonly rest: string;
};

/** Judges what is wrong, worst first. An empty list means that all is well, as far as the facts say. */
export function troublesIn(facts: Facts): readonly Trouble[] {
  return [pausedTrouble(facts), overdueTrouble(facts), lateTrouble(facts), ...failureTroubles(facts)].filter(
    (trouble) => trouble !== undefined,
  );
}

/** A pause itself is said by the banner of the page. Here stands how much waits for its end. */
function pausedTrouble({ isPaused, due }: Facts): Trouble | undefined {
  if (!isPaused || due === undefined || due.count === 0) return undefined;
  return {
    severity: 'warn',
    subject: countedEvents(due),
    leadsTo: 'due',
    rest: due.count === 1 ? 'is due and waits for the end of the pause.' : 'are due and wait for the end of the pause.',
  };
}

/** Events whose attempt should have begun, and ended, by now. An event that waits for its next attempt is not one. */
function overdueTrouble({ isPaused, lateSample, now, clock }: Facts): Trouble | undefined {
  const overdue = lateSample.flatMap(({ next_attempt_at_utc, timeout_for_request }) => {
    const plannedAt = next_attempt_at_utc === null ? now : Date.parse(next_attempt_at_utc);
    return plannedAt + timeout_for_request * 1_000 + LATE_MS < now ? [plannedAt] : [];
  });
  if (isPaused || overdue.length === 0) return undefined;
  return {
    severity: 'alarm',
    subject: 'Waiting events',
    leadsTo: 'late',
    rest: `are not called in time: one should have been called at ${clock(Math.min(...overdue))} and still waits.`,
  };
}

function lateTrouble({ isPaused, hour, clock }: Facts): Trouble | undefined {
  const minutes = hour?.periods ?? [];
  const latest = minutes.slice(-JUDGED_MINUTES).filter(({ late_ms }) => late_ms !== null && late_ms.p99 >= LATE_MS);
  const worst = latest.toSorted((one, other) => (other.late_ms?.p99 ?? 0) - (one.late_ms?.p99 ?? 0))[0];
  if (isPaused || !worst?.late_ms) return undefined;
  const { p50, p95, p99 } = worst.late_ms;
  const [subject, late] =
    p50 >= LATE_MS
      ? ['Half of the attempts', p50]
      : p95 >= LATE_MS
        ? ['One attempt in twenty', p95]
        : ['One attempt in a hundred', p99];
  return {
    severity: 'alarm',
    subject,
    leadsTo: 'lateness',
    rest: `started ${lengthOfTime(late)} or more after its time, in the minute from ${clock(Date.parse(worst.started_at_utc))}.`,
  };
}

function failureTroubles({ hour, day, clock }: Facts): readonly Trouble[] {
  if (day === undefined) return [];
  const named = day.hosts
    .filter(({ events_failed }) => events_failed > 0)
    .toSorted((one, other) => other.events_failed - one.events_failed)
    .slice(0, MOST_HOSTS);
  const others = day.total.exhausted - named.reduce((total, { events_failed }) => total + events_failed, 0);
  const failuresInHour = (host: string) => hour?.hosts.find((one) => one.host === host)?.events_failed ?? 0;
  const since = (failed: number, inHour: number) => clock(firstFailureIn(failed === inHour && hour ? hour : day));
  return [
    ...named.map(({ host, events_failed }) => ({
      ...failure(events_failed, ` to ${host}`, since(events_failed, failuresInHour(host))),
      leadsTo: { failedAt: host },
    })),
    ...(others > 0
      ? [
          failure(
            others,
            named.length > 0 ? ' to other hosts' : '',
            since(day.total.exhausted, hour?.total.exhausted ?? 0),
          ),
        ]
      : []),
  ];
}

/** Speaks of failures, not of failed events, because an event that is retried and fails again counts again. */
function failure(failed: number, where: string, since: string): Trouble {
  const [subject, rest] =
    failed === 1 ? ['One event', 'has failed'] : ['Events', `have failed ${wholeNumber(failed)} times`];
  return { severity: 'alarm', subject: `${subject}${where}`, leadsTo: 'failed', rest: `${rest} since ${since}.` };
}

/** The beginning of the first period in which an event failed, or of all periods. None failed before it. */
function firstFailureIn({ periods }: StatisticsAnswer): number {
  const first = periods.find(({ exhausted }) => exhausted > 0) ?? periods[0];
  return Date.parse(first?.started_at_utc ?? '');
}
