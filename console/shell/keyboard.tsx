import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { tinykeys } from 'tinykeys';
import { Dialog } from '../parts/dialog.tsx';
import { whileNotTyping } from '../state/keyboard.ts';

const keys = [
  ['/', 'Search events'],
  ['g o', 'Go to the overview'],
  ['g e', 'Go to the events'],
  ['g c', 'Go to the schedules'],
  ['g p', 'Go to the form for a new event'],
  ['g s', 'Go to the settings'],
  ['j', 'Next event or schedule'],
  ['k', 'Event or schedule before'],
  ['Enter', 'Open it'],
  ['x', 'Select the event'],
  ['r', 'Call the event now, or retry it; run the schedule'],
  ['c', 'Cancel the event'],
  ['Escape', 'Close a dialog, or leave a field'],
  ['?', 'Show these keys'],
] as const;

/** The keys that work on every screen, and the list of all keys. */
export function Keyboard() {
  const isHelpOpen = useSignal(false);
  const { route } = useLocation();

  useEffect(
    () =>
      tinykeys(
        window,
        whileNotTyping({
          '/': () => focusSearch(route),
          'g o': () => route('/'),
          'g e': () => route('/console/events'),
          'g c': () => route('/console/schedules'),
          'g p': () => route('/console/publish'),
          'g s': () => route('/console/settings'),
          '?': () => (isHelpOpen.value = true),
          'Shift+?': () => (isHelpOpen.value = true),
        }),
      ),
    [route, isHelpOpen],
  );

  if (!isHelpOpen.value) return null;
  return (
    <Dialog title="Keys" close={() => (isHelpOpen.value = false)}>
      <dl class="keys">
        {keys.map(([pressed, meaning]) => (
          <div key={pressed}>
            <dt>
              {pressed.split(' ').map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** Moves the focus to the search field, on the screen of events if this one has none. */
function focusSearch(route: (path: string) => void): void {
  const field = document.getElementById('search');
  if (field !== null) field.focus();
  else route('/console/events#search');
}
