import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { access, key, useKey } from '../state/session.ts';

/** Shows the screens to a reader whose key is accepted, and asks everybody else for a key. */
export function KeyGate({ children }: { readonly children: ComponentChildren }) {
  const isRefused = access.value.state === 'refused' || key.value === '';
  return isRefused ? <KeyForm /> : children;
}

function KeyForm() {
  const given = useSignal('');
  const keepInBrowser = useSignal(false);
  const isAsking = useSignal(false);
  const { value } = access;

  async function submit(submitted: SubmitEvent): Promise<void> {
    submitted.preventDefault();
    if (given.value.trim() === '') return;
    isAsking.value = true;
    await useKey(given.value.trim(), keepInBrowser.value);
    isAsking.value = false;
  }

  return (
    <form class="gate" onSubmit={submit}>
      <h1>An API key is needed</h1>
      <p>
        The console does what its key may do. In the project's folder, <code>npm run keys -- create</code> makes a key
        and shows it once.
      </p>
      {value.state === 'refused' && key.value !== '' && (
        <p class="notice alarm" role="alert">
          {value.problem.detail}
        </p>
      )}
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
      <button type="submit" class="primary" aria-busy={isAsking.value}>
        Use this key
      </button>
    </form>
  );
}
