import { RelativeInstant } from '../../parts/instant.tsx';
import type { StatisticsAnswer } from '../../state/api-types.ts';
import { eventsPath } from '../../text/event-filters.ts';
import { wholeNumber } from '../../text/number.ts';
import { outcomeNames } from '../../text/outcome.ts';

type HostAnswer = StatisticsAnswer['hosts'][number];
type Counts = StatisticsAnswer['other_hosts'];

type Props = {
  readonly statistics: StatisticsAnswer | undefined;
  /** What is said while there are no statistics. */
  readonly missing: string | undefined;
};

/** The hosts whose calls failed, most failures first, each with its latest error and a link to its events. */
export function FailingHosts({ statistics, missing }: Props) {
  return (
    <section class="card failing-hosts" aria-labelledby="hosts-title">
      <h2 id="hosts-title">Hosts that fail</h2>
      {statistics === undefined ? <p class="muted">{missing}</p> : <Hosts statistics={statistics} />}
    </section>
  );
}

function Hosts({ statistics: { hosts, other_hosts: others, range } }: { readonly statistics: StatisticsAnswer }) {
  const failing = hosts.filter(hasFailed);
  if (failing.length === 0 && !hasFailed(others)) {
    return <p class="muted">No attempt failed in the last {range}.</p>;
  }
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Host</th>
          <th scope="col" class="number">
            Final failures
          </th>
          <th scope="col" class="number">
            Failed attempts
          </th>
          <th scope="col">Latest error</th>
        </tr>
      </thead>
      <tbody>
        {failing.map((host) => (
          <HostRow key={host.host} host={host} />
        ))}
        {hasFailed(others) && (
          <tr>
            <th scope="row">Other hosts</th>
            <Failures counts={others} />
            <td />
          </tr>
        )}
      </tbody>
    </table>
  );
}

function HostRow({ host }: { readonly host: HostAnswer }) {
  const status = host.events_failed > 0 ? { status: 'max_try_count_reached' } : {};
  return (
    <tr>
      <th scope="row">
        <a href={eventsPath({ ...status, host: host.host, tag: [] })}>{host.host}</a>
      </th>
      <Failures counts={host} />
      <td>
        {host.last_error && (
          <>
            <span class="error">{errorText(host.last_error)}</span>{' '}
            <span class="muted">
              <RelativeInstant at={host.last_error.at_utc} />
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

function Failures({ counts: { events_failed, attempts_failed, attempts_succeeded } }: { readonly counts: Counts }) {
  return (
    <>
      <td class="number" data-name="Final failures">
        {wholeNumber(events_failed)}
      </td>
      <td class="number" data-name="Failed attempts">
        {wholeNumber(attempts_failed)} <span class="muted">of {wholeNumber(attempts_failed + attempts_succeeded)}</span>
      </td>
    </>
  );
}

function hasFailed({ attempts_failed, events_failed }: Counts): boolean {
  return attempts_failed + events_failed > 0;
}

function errorText({ outcome, status_code, error }: NonNullable<HostAnswer['last_error']>): string {
  return `${outcomeNames[outcome]}${status_code === null ? '' : ` ${status_code}`}${error === null ? '' : `: ${error}`}`;
}
