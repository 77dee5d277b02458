import type { CountAnswer } from '../../state/api-types.ts';
import { now } from '../../state/clock.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { eventsPath } from '../../text/event-filters.ts';
import { compactNumber, countText, wholeNumber } from '../../text/number.ts';
import { minuteTime } from '../../text/time.ts';
import { DUE, dueBeforeToBeLate, type Overview } from './overview-data.ts';

/** Numbers of events. Each leads to the list of its events. */
export function Tiles({ waiting, due, late, day }: Pick<Overview, 'waiting' | 'due' | 'late' | 'day'>) {
  const { total, periods: [first] = [] } = day.value ?? {};
  const since = first && minuteTime(Date.parse(first.started_at_utc), now.peek(), zoneName(zone.value));
  return (
    <ul class="tiles">
      <Tile
        name="Waiting"
        value={waiting.value && countText(waiting.value)}
        hint="Due later."
        detail="Events that are due later than now."
        query={{}}
      />
      <Tile
        name="Due now"
        value={due.value && wholeNumber(due.value.count)}
        hint={hintOf(due.value, 'Due, and not finished.')}
        detail="Waiting events whose first instant has passed. An event that waits for its next attempt is one of them."
        query={DUE}
      />
      <Tile
        name="Late"
        value={late.value && wholeNumber(late.value.count)}
        hint={hintOf(late.value, 'Due over 10 min ago, and not finished.')}
        detail="Waiting events whose first instant passed more than ten minutes ago. An event that failed and waits for a later attempt is one of them."
        query={dueBeforeToBeLate()}
        kind={late.value?.count ? 'warn' : ''}
      />
      <Tile
        name="Succeeded, 24 h"
        value={total && tileNumber(total.succeeded)}
        hint={`Since ${since ?? 'yesterday'}.`}
        detail={ENDED_DETAIL}
        query={{ status: 'success' }}
      />
      <Tile
        name="Failed, 24 h"
        value={total && tileNumber(total.exhausted)}
        hint={`For good, since ${since ?? 'yesterday'}.`}
        detail={ENDED_DETAIL}
        query={{ status: 'max_try_count_reached' }}
        kind={total?.exhausted ? 'alarm' : ''}
      />
    </ul>
  );
}

/** Where so many have finished that not all could be looked at, the number is one of the latest only. */
function hintOf(counted: CountAnswer | undefined, hint: string): string {
  return counted?.complete === false ? `${hint} Only the latest 1,000 events were looked at.` : hint;
}

/** Writes a number that fits into a tile on a phone. */
function tileNumber(number: number): string {
  return number < 1_000_000 ? wholeNumber(number) : compactNumber(number);
}

const ENDED_DETAIL =
  'How many times an event ended so. An event that was retried and ended again counts again. The list shows the events whose results are still kept.';

type TileProps = {
  readonly name: string;
  readonly value: string | undefined;
  /** The filters of its list, beside the status `waiting_execution`. */
  readonly query: Readonly<Record<string, string>>;
  /** What is counted, in short and in full. */
  readonly hint: string;
  readonly detail: string;
  readonly kind?: '' | 'warn' | 'alarm';
};

function Tile({ name, value, query, hint, detail, kind = '' }: TileProps) {
  return (
    <li>
      <a class={`tile ${kind}`} title={detail} href={eventsPath({ status: 'waiting_execution', ...query, tag: [] })}>
        <span class="tile-name">{name}</span>
        <strong class="tile-value">{value ?? '–'}</strong>
        <span class="tile-hint">{hint}</span>
      </a>
    </li>
  );
}
