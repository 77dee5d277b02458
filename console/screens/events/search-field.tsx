import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Icon } from '../../parts/icon.tsx';
import { now } from '../../state/clock.ts';
import { zone, zoneName } from '../../state/preferences.ts';
import { type EventFilters, eventsPath, type OneFilter, withFilter } from '../../text/event-filters.ts';
import { filterText } from '../../text/filter-text.ts';
import { meaningOf } from '../../text/search-text.ts';

type Props = { readonly filters: EventFilters };

/** Opens the event whose key or webhook-id is pasted, and offers any other text as a filter. */
export function SearchField({ filters }: Props) {
  const typed = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  const { route, url } = useLocation();
  const meaning = meaningOf(typed.value);

  useEffect(() => {
    if (location.hash === '#search') field.current?.focus();
  }, [url]);

  function add(filter: OneFilter): void {
    typed.value = '';
    field.current?.focus();
    route(eventsPath(withFilter(filters, filter)));
  }

  function submit(submitted: SubmitEvent): void {
    submitted.preventDefault();
    if (meaning?.kind === 'event') route(`/console/events/${meaning.key}`);
    const [likeliest] = meaning?.kind === 'filters' ? meaning.filters : [];
    if (likeliest !== undefined) add(likeliest);
  }

  /** Opens an event at once that is pasted into the empty field. */
  function paste(pasted: ClipboardEvent): void {
    const text = pasted.clipboardData?.getData('text') ?? '';
    const found = meaningOf(text);
    if (typed.value !== '' || found?.kind !== 'event') return;
    pasted.preventDefault();
    route(`/console/events/${found.key}`);
  }

  function leave(pressed: KeyboardEvent): void {
    if (pressed.key !== 'Escape') return;
    typed.value = '';
    field.current?.blur();
  }

  return (
    <search class="search" onKeyDown={leave}>
      <form onSubmit={submit}>
        <Icon name="search" />
        <input
          ref={field}
          id="search"
          type="search"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          placeholder="Key, id, host or tag"
          aria-label="Search by key, webhook-id, host or tag"
          value={typed.value}
          onInput={(input) => (typed.value = input.currentTarget.value)}
          onPaste={paste}
        />
        {typed.value === '' && <kbd class="only-wide">/</kbd>}
      </form>
      {meaning !== undefined && (
        <ul class="offers">
          {meaning.kind === 'event' ? (
            <li>
              <a href={`/console/events/${meaning.key}`}>Open the event {meaning.key}</a>
            </li>
          ) : (
            meaning.filters.map((filter, index) => (
              <li key={filter.name + filter.value}>
                <button type="button" onClick={() => add(filter)}>
                  {filterText(filter, now.value, zoneName(zone.value))}
                  {index === 0 && <kbd class="only-wide">Enter</kbd>}
                </button>
              </li>
            ))
          )}
        </ul>
      )}
    </search>
  );
}
