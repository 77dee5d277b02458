import { useSignal } from '@preact/signals';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Segments } from '../parts/segments.tsx';
import { type Theme, theme, zone } from '../state/preferences.ts';
import { access, forgetKey, isGivenKey } from '../state/session.ts';
import { localZone, zones } from '../text/zones.ts';
import { KeyEntry } from './key-entry.tsx';

const themes: readonly { readonly value: Theme; readonly text: string }[] = [
  { value: 'system', text: 'System' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];

/** Opens the preferences of the reader: colours, time zone, and the key in hand. */
export function PreferencesButton() {
  const isOpen = useSignal(false);
  return (
    <>
      <button type="button" class="quiet" onClick={() => (isOpen.value = true)}>
        <Icon name="person" />
        <span class="only-wide">{keyText()}</span>
        <span class="only-read">Preferences</span>
      </button>
      {isOpen.value && <Preferences close={() => (isOpen.value = false)} />}
    </>
  );
}

function Preferences({ close }: { readonly close: () => void }) {
  const { value } = access;
  return (
    <Dialog title="Preferences" close={close}>
      <div class="fields">
        <div class="field">
          <span class="label">Colours</span>
          <Segments label="Colours" options={themes} chosen={theme.value} choose={(chosen) => (theme.value = chosen)} />
        </div>
        <label class="field">
          <span class="label">Time zone</span>
          <select value={zone.value} onChange={(change) => (zone.value = change.currentTarget.value)}>
            <option value="local">This browser ({localZone})</option>
            {zones.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="field">
          <span class="label">API key</span>
          <p>
            {value.state === 'granted' ? (
              <>
                <strong>{value.label}</strong> with {value.scopes.join(', ')}
              </>
            ) : (
              'Not known yet.'
            )}
          </p>
          {!isGivenKey.value && (
            <button type="button" onClick={() => void forgetKey()}>
              Forget this key
            </button>
          )}
        </div>
        <details>
          <summary>Use another key</summary>
          <KeyEntry />
        </details>
      </div>
    </Dialog>
  );
}

function keyText(): string {
  const { value } = access;
  return value.state === 'granted' ? value.label : 'Preferences';
}
