import type { ComponentChildren } from 'preact';
import { access, key } from '../state/session.ts';
import { KeyEntry } from './key-entry.tsx';

/** Shows the screens to a reader whose key is accepted, and asks everybody else for a key. */
export function KeyGate({ children }: { readonly children: ComponentChildren }) {
  const isRefused = access.value.state === 'refused' && key.value !== '';
  if (!isRefused && key.value !== '') return children;
  return (
    <div class="gate">
      <h1>An API key is needed</h1>
      <p>
        With it, you see and do here what the key allows. To make a key, run <code>npm run keys -- create</code> in the
        folder of the project. The key is shown once.
      </p>
      {isRefused && (
        <p class="notice alarm" role="alert">
          The queue does not accept this key. It may be mistyped, revoked, or the key of another queue.
        </p>
      )}
      <KeyEntry />
    </div>
  );
}
