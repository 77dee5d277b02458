import type { ComponentChildren } from 'preact';

type Props = {
  /** What is loaded, such as "event". */
  readonly what: string;
  /** How many lines of details there will be. */
  readonly details: number;
  /** The other cards of the screen. */
  readonly children: ComponentChildren;
};

/** The parts of a screen of one thing, each with bars in the place of its contents, before the thing has come. */
export function LoadingItem({ what, details, children }: Props) {
  return (
    <div class="screen item loading-item" aria-busy="true">
      <header class="item-head">
        <div class="screen-head">
          <h1 class="only-read">Loading</h1>
          <span class="bone" />
        </div>
        <p class="item-sentence muted" role="status">
          Loading the {what} …
        </p>
        <div class="item-actions">
          {[1, 2, 3].map((button) => (
            <span key={button} class="bone" />
          ))}
        </div>
      </header>
      <div class="item-columns">
        <div class="item-main">{children}</div>
        <LoadingCard title="Details" lines={details} />
      </div>
    </div>
  );
}

export function LoadingCard({ title, lines }: { readonly title: string; readonly lines: number }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="bone" />
      ))}
    </section>
  );
}
