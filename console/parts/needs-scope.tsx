import type { ComponentChildren } from 'preact';
import type { Scope } from '../state/api-types.ts';
import { may } from '../state/session.ts';

type Props = {
  readonly scope: Scope;
  /** What the key may not do, such as "see the API keys". */
  readonly toDo: string;
  /** The heading of a screen of which nothing else is shown. */
  readonly title?: string;
  readonly children: ComponentChildren;
};

/** Shows its contents to a key that has a scope, and names the scope to any other. */
export function NeedsScope({ scope, toDo, title, children }: Props) {
  if (may(scope)) return children;
  return (
    <div class="screen">
      {title !== undefined && <h1>{title}</h1>}
      <p class="notice">
        <span>
          This key may not {toDo}. That needs a key with the scope&nbsp;<code>{scope}</code>. You can enter one in the
          preferences, at the top right.
        </span>
      </p>
    </div>
  );
}
