import type { ComponentChildren } from 'preact';
import type { Scope } from '../state/api-types.ts';
import { may } from '../state/session.ts';

type Props = {
  readonly scope: Scope;
  /** What the key may not do, such as "see the API keys". */
  readonly toDo: string;
  readonly children: ComponentChildren;
};

/** Shows its contents to a key that has a scope, and names the scope to any other. */
export function NeedsScope({ scope, toDo, children }: Props) {
  if (may(scope)) return children;
  return (
    <p class="notice">
      This key may not {toDo}. That needs a key with the scope&nbsp;<code>{scope}</code>.
    </p>
  );
}
