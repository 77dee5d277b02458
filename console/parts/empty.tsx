import type { ComponentChildren } from 'preact';

type Props = { readonly title: string; readonly children?: ComponentChildren };

/** Says why there is nothing to show, and what to do about it. */
export function Empty({ title, children }: Props) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
