import { useSignal } from '@preact/signals';
import { useKey } from '../state/session.ts';

/** Takes an API key, and how long to keep it. */
export function KeyEntry() {
  const given = useSignal('');
  const keepInBrowser = useSignal(false);
  const isAsking = useSignal(false);

  async function submit(submitted: SubmitEvent): Promise<void> {
    submitted.preventDefault();
    if (given.value.trim() === '') return;
    isAsking.value = true;
    await useKey(given.value.trim(), keepInBrowser.value);
    isAsking.value = false;
  }

  return (
    <form class="fields" onSubmit={submit}>
      <label class="field">
        <span class="label">API key</span>
        <input
          type="password"
          autocomplete="off"
          spellcheck={false}
          placeholder="eq_…"
          value={given.value}
          onInput={(input) => (given.value = input.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={keepInBrowser.value}
          onChange={(change) => (keepInBrowser.value = change.currentTarget.checked)}
        />
        Keep it in this browser. Otherwise it is kept until this tab is closed.
      </label>
      <div class="field">
        <button type="submit" class="primary" aria-busy={isAsking.value}>
          Use this key
        </button>
      </div>
    </form>
  );
}
