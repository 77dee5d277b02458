import { useSignal } from '@preact/signals';
import { ActionButton } from '../../parts/action-button.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { RelativeInstant } from '../../parts/instant.tsx';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { KeyListAnswer, StoredKeyAnswer } from '../../state/api-types.ts';
import { type Live, useLive } from '../../state/live.ts';
import { access, ask, may } from '../../state/session.ts';
import { NewKeyDialog } from './new-key-dialog.tsx';

const ASK_EVERY_S = 30;

/** Lists the API keys, makes new ones, and revokes those that nobody should use any more. */
export function KeysCard() {
  const keys = useLive<KeyListAnswer>(may('admin') ? '/keys' : undefined, { every: ASK_EVERY_S });
  const isCreating = useSignal(false);
  return (
    <section class="card" aria-labelledby="keys-title">
      <div class="row">
        <h2 id="keys-title">API keys</h2>
        <ActionButton scope="admin" run={() => (isCreating.value = true)}>
          New key …
        </ActionButton>
      </div>
      <NeedsScope scope="admin" toDo="see the API keys">
        {keys.problem && <ProblemNotice problem={keys.problem} asOf={keys.asOf} retry={keys.refresh} />}
        <KeyList keys={keys} />
      </NeedsScope>
      {isCreating.value && <NewKeyDialog close={() => (isCreating.value = false)} created={keys.refresh} />}
    </section>
  );
}

function KeyList({ keys }: { readonly keys: Live<KeyListAnswer> }) {
  const revoking = useSignal<StoredKeyAnswer | undefined>(undefined);
  if (keys.value === undefined) return <p class="muted">{keys.problem ? '' : 'Loading …'}</p>;
  if (keys.value.keys.length === 0) {
    return <p class="muted">No key was made yet. On your own machine, every program may use the key demo.</p>;
  }

  async function revoke(id: string) {
    const answered = await ask(`/keys/${encodeURIComponent(id)}`, { method: 'DELETE' });
    if (answered.ok) keys.refresh();
    return answered;
  }

  return (
    <>
      <ul class="key-list wide">
        {keys.value.keys.map((one) => (
          <li key={one.id}>
            <span class="key-label">{one.label}</span>
            <span class="scopes">
              {one.scopes.map((scope) => (
                <span key={scope} class="badge">
                  {scope}
                </span>
              ))}
            </span>
            <span class="muted">
              <code>{one.id}</code>, made <RelativeInstant at={one.created_at_utc} />
            </span>
            {isInHand(one.id) ? (
              <span class="muted">This page uses it</span>
            ) : (
              <ActionButton scope="admin" kind="danger" run={() => (revoking.value = one)}>
                Revoke …
              </ActionButton>
            )}
          </li>
        ))}
      </ul>
      {revoking.value && (
        <ConfirmDialog
          title={`Revoke the key ${revoking.value.label}?`}
          action="Revoke"
          scope="admin"
          run={() => revoke(revoking.value?.id ?? '')}
          close={() => (revoking.value = undefined)}
        >
          <p>
            Requests with this key are refused within 30 seconds. Events that were published with it stay, and are
            called. A revoked key cannot be brought back.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function isInHand(id: string): boolean {
  const { value } = access;
  return value.state === 'granted' && value.id === id;
}
