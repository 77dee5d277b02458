import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ActionButton } from '../parts/action-button.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import type { Problem } from '../state/api-client.ts';
import type { Scope } from '../state/api-types.ts';
import { may } from '../state/session.ts';
import { CurrentDraft } from './current-draft.ts';
import type { Draft } from './draft.ts';
import { FieldErrors } from './field-errors.tsx';

type Props = {
  /** What the form is for. Screen readers hear it. */
  readonly label: string;
  readonly draft: Signal<Draft>;
  /** Why the last request was refused. */
  readonly problem: Problem | undefined;
  /** The text of the button that sends the form. */
  readonly action: string;
  readonly scope: Scope;
  readonly send: () => Promise<unknown>;
  readonly children: ComponentChildren;
};

/** A form for a draft. What is wrong with a field stands at it, and the first such field gets the focus. */
export function DraftForm({ label, draft, problem, action, scope, send, children }: Props) {
  const form = useRef<HTMLFormElement>(null);

  const refused = useMemo(() => draft.peek(), [problem]);
  const isUnchanged = draft.value === refused;

  useEffect(() => {
    if (problem?.errors !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem]);

  return (
    <CurrentDraft.Provider value={draft}>
      <FieldErrors.Provider value={problem?.errors ?? []}>
        <form ref={form} class="card fields draft-form" aria-label={label} noValidate>
          {children}
          {problem && !isOfFields(problem) && <ProblemNotice problem={problem} />}
          <div class="send-action">
            <ActionButton scope={scope} kind="primary" run={send} submits>
              {action}
            </ActionButton>
            <span class="muted" role="status">
              {!may(scope) && (
                <>
                  This key may not do that. It needs the scope&nbsp;<code>{scope}</code>.
                </>
              )}
              {isUnchanged &&
                problem?.errors &&
                `${problem.errors.length === 1 ? 'A field is' : 'Some fields are'} not valid.`}
            </span>
          </div>
        </form>
      </FieldErrors.Provider>
    </CurrentDraft.Provider>
  );
}

/** Whether all of a problem is told at the fields. */
function isOfFields({ errors = [] }: Problem): boolean {
  return errors.length > 0 && errors.every(({ path }) => path !== '');
}
