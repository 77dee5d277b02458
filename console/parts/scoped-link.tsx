import type { ComponentChildren } from 'preact';
import type { Scope } from '../state/api-types.ts';
import { may } from '../state/session.ts';
import { ActionButton } from './action-button.tsx';

type Props = { readonly scope: Scope; readonly path: string; readonly children: ComponentChildren };

/** A link that looks like a button. For a key without the scope, it is a greyed button that names the scope. */
export function ScopedLink({ scope, path, children }: Props) {
  if (may(scope)) {
    return (
      <a class="button" href={path}>
        {children}
      </a>
    );
  }
  return (
    <ActionButton scope={scope} run={() => {}}>
      {children}
    </ActionButton>
  );
}
