import { useSignal } from '@preact/signals';
import { ActionButton } from '../../parts/action-button.tsx';
import { CodeBlock } from '../../parts/code-block.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { ExactInstant, RelativeInstant } from '../../parts/instant.tsx';
import { NeedsScope } from '../../parts/needs-scope.tsx';
import { ProblemNotice } from '../../parts/problem-notice.tsx';
import type { Problem } from '../../state/api-client.ts';
import type { SigningSecretAnswer } from '../../state/api-types.ts';
import { ask } from '../../state/session.ts';

/**
 * Shows the signing secret when its reader asks for it, and replaces it. It is not read before, because the first read
 * makes the secret, and because it should not stand on a screen that somebody shares.
 */
export function SigningSecretCard() {
  const secret = useSignal<SigningSecretAnswer | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const isAsking = useSignal(false);

  async function show(): Promise<void> {
    const answered = await ask<SigningSecretAnswer>('/signing-secret');
    if (answered.ok) secret.value = answered.value;
    problem.value = answered.ok ? undefined : answered.problem;
  }

  async function rotate() {
    const answered = await ask<SigningSecretAnswer>('/signing-secret/rotate', { method: 'POST' });
    if (answered.ok) secret.value = answered.value;
    return answered;
  }

  return (
    <section class="card" aria-labelledby="secret-title">
      <h2 id="secret-title">Signing secret</h2>
      <NeedsScope scope="admin" toDo="see the signing secret">
        <div class="row">
          <p>
            Every call is signed with this secret, in the form of Standard Webhooks, so that receivers know that it
            comes from this queue.
          </p>
          {secret.value === undefined && (
            <ActionButton scope="admin" run={show}>
              Show
            </ActionButton>
          )}
        </div>
        {problem.value && <ProblemNotice problem={problem.value} retry={show} />}
        {secret.value && (
          <div class="fields">
            <CodeBlock text={secret.value.secret} what="signing secret" />
            {secret.value.previous.length > 0 && (
              <>
                <h3>Secrets before it that still sign</h3>
                <ul class="key-list">
                  {secret.value.previous.map(({ secret: old, signs_until_utc }) => (
                    <li key={old}>
                      <code>{old.slice(0, 12)}…</code>
                      <span class="muted">
                        until <ExactInstant at={signs_until_utc} />, <RelativeInstant at={signs_until_utc} />
                      </span>
                    </li>
                  ))}
                </ul>
              </>
            )}
            <div class="dialog-actions">
              <button type="button" onClick={() => (secret.value = undefined)}>
                Hide
              </button>
              <ActionButton scope="admin" kind="danger" run={() => (isAsking.value = true)}>
                Replace …
              </ActionButton>
            </div>
          </div>
        )}
      </NeedsScope>
      {isAsking.value && (
        <ConfirmDialog
          title="Replace the signing secret?"
          action="Replace"
          scope="admin"
          run={rotate}
          close={() => (isAsking.value = false)}
        >
          <p>
            For 24 hours, calls are signed with the new and the old secret. Give the new one to every receiver in that
            time.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
}
