import { ActionButton } from '../../parts/action-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { RelativeInstant } from '../../parts/instant.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { type EventFilters, eventsPath, withFilter } from '../../text/event-filters.ts';
import { dueAt, lastAttempt, latenessOf, urlParts } from '../../text/event-summary.ts';
import { outcomeText } from '../../text/outcome.ts';
import { lengthOfTime } from '../../text/time.ts';
import { canChange, changeName } from './event-changes.ts';
import { rememberOpened } from './opened-row.ts';
import type { RowActions } from './row-keys.ts';

/** The most tags that a row shows. The others are named on hover and on the screen of the event. */
const TAGS_SHOWN = 2;

type Props = {
  readonly event: EventAnswer;
  readonly filters: EventFilters;
  /** When the event was received, in epoch milliseconds. */
  readonly asOf: number;
  /** Whether the event no longer has what is searched for. */
  readonly hasLeft: boolean;
  readonly isSelected: boolean;
  readonly actions: RowActions;
};

export function EventRow({ event, filters, asOf, hasLeft, isSelected, actions }: Props) {
  const { key, method, status, url_to_send_request: url, try_count, max_try_count } = event;
  return (
    <tr data-row={key} class={hasLeft ? 'has-left' : ''} aria-selected={isSelected}>
      <td class="cell-select">
        <input
          type="checkbox"
          aria-label={`Select ${method} ${url}`}
          checked={isSelected}
          onChange={() => actions.select(key)}
        />
      </td>
      <td class="cell-status">
        {hasLeft ? (
          <span class="badge" title="The event does not fit any more. It goes when the newest are shown.">
            Changed
          </span>
        ) : (
          <StatusBadge status={status} />
        )}
      </td>
      <td class="cell-request">
        <RequestLink event={event} />
      </td>
      <td class="cell-tags">
        <Tags tags={event.event_tags} filters={filters} />
      </td>
      <td class="cell-due">
        <RelativeInstant at={dueAt(event)} />
      </td>
      <td class="cell-attempts">
        {try_count} of {max_try_count}
      </td>
      <td class="cell-outcome">
        <Outcome event={event} />
      </td>
      <td class="cell-late">
        <Lateness event={event} asOf={asOf} />
      </td>
      <td class="cell-actions">
        <RowButtons event={event} actions={actions} />
      </td>
    </tr>
  );
}

function RequestLink({ event: { key, method, url_to_send_request: url } }: Pick<Props, 'event'>) {
  const { start, end } = urlParts(url);
  return (
    <a href={`/console/events/${key}`} title={`${method} ${url}`} onClick={() => rememberOpened(key)}>
      <span class="method">{method}</span>
      <span class="start">{start}</span>
      <span class="end">{end}</span>
    </a>
  );
}

function Tags({ tags, filters }: { readonly tags: readonly string[]; readonly filters: EventFilters }) {
  const others = tags.slice(TAGS_SHOWN);
  return (
    <>
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <a
          key={tag}
          class="tag"
          href={eventsPath(withFilter(filters, { name: 'tag', value: tag }))}
          title={`Show the events with the tag ${tag}`}
        >
          <PlainText text={tag} />
        </a>
      ))}
      {others.length > 0 && (
        <span class="muted" title={others.join(', ')}>
          +{others.length}
        </span>
      )}
    </>
  );
}

function Outcome({ event }: Pick<Props, 'event'>) {
  const last = lastAttempt(event);
  if (last === undefined) return <span class="muted">none yet</span>;
  const isGood = last.status_code !== null && last.status_code < 300;
  return (
    <span class={isGood ? 'good' : 'bad'} title={last.error ?? undefined}>
      {outcomeText(last)}
    </span>
  );
}

function Lateness({ event, asOf }: Pick<Props, 'event' | 'asOf'>) {
  const lateness = latenessOf(event, asOf);
  if (lateness === undefined) return <span class="muted">–</span>;
  const text = lengthOfTime(lateness.milliseconds);
  if (!lateness.isGrowing) return text;
  return (
    <span class="warn" title="The next attempt is overdue.">
      {text}
    </span>
  );
}

function RowButtons({ event, actions }: Pick<Props, 'event' | 'actions'>) {
  const retryName = changeName('retry', event);
  return (
    <>
      <ActionButton scope="manage" small title={`${retryName} (r)`} run={() => actions.retry(event.key)}>
        <Icon name="retry" />
        <span class="name">{retryName}</span>
      </ActionButton>
      {canChange('cancel', event) && (
        <ActionButton scope="manage" small title="Cancel (c)" run={() => actions.cancel(event.key)}>
          <Icon name="cancel" />
          <span class="name">Cancel</span>
        </ActionButton>
      )}
    </>
  );
}
