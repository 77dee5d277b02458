type KeyHandlers = Readonly<Record<string, (pressed: KeyboardEvent) => void>>;

/** Makes handlers of keys do nothing while the reader types in a field, and while a dialog is open. */
export function whileNotTyping(handlers: KeyHandlers): Record<string, (pressed: KeyboardEvent) => void> {
  const guarded = Object.entries(handlers).map(([keys, handle]) => {
    const guard = (pressed: KeyboardEvent) => {
      if (isTyping(pressed.target) || document.querySelector('dialog[open]') !== null) return;
      pressed.preventDefault();
      handle(pressed);
    };
    return [keys, guard];
  });
  return Object.fromEntries(guarded);
}

const FIELDS = 'input:not([type="checkbox"], [type="radio"]), select, textarea, [contenteditable]';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(FIELDS);
}
