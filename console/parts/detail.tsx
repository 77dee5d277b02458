import type { ComponentChildren } from 'preact';
import { ExactInstant, RelativeInstant } from './instant.tsx';

type Props = { readonly name: string; readonly children: ComponentChildren };

/** A field of something, in a list of the class `details`. */
export function Detail({ name, children }: Props) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** An instant in a list of details, relative to now and exact. */
export function DetailInstant({ at }: { readonly at: string | number }) {
  return (
    <>
      <RelativeInstant at={at} />
      <span class="note">
        <ExactInstant at={at} />
      </span>
    </>
  );
}
