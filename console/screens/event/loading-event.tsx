/** The parts of the screen, each with bars in the place of its contents, before the event has come. */
export function LoadingEvent() {
  return (
    <div class="screen event loading-event" aria-busy="true">
      <header class="event-head">
        <div class="screen-head">
          <h1 class="only-read">Event</h1>
          <span class="bone" />
        </div>
        <p class="event-sentence muted" role="status">
          Loading the event …
        </p>
        <div class="event-actions">
          {[1, 2, 3].map((button) => (
            <span key={button} class="bone" />
          ))}
        </div>
      </header>
      <div class="event-columns">
        <div class="event-main">
          <LoadingCard title="Attempts" lines={2} />
          <div class="event-exchange">
            <LoadingCard title="Request" lines={9} />
            <LoadingCard title="Answer" lines={9} />
          </div>
        </div>
        <LoadingCard title="Details" lines={14} />
      </div>
    </div>
  );
}

function LoadingCard({ title, lines }: { readonly title: string; readonly lines: number }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="bone" />
      ))}
    </section>
  );
}
