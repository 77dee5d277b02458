/** What the server wrote into the page as attributes of its root element. */
export type PageOptions = {
  /** The publicly known key of a queue that only its own machine can reach. */
  readonly key: string | undefined;
  /** The URL that the form for a new event suggests. Undefined if the queue calls no address of its own machine. */
  readonly target: string | undefined;
  /** The least number of seconds between two requests for the same data. The owner of the queue sets it. */
  readonly refreshSeconds: number;
};

const DEFAULT_REFRESH_SECONDS = 2;

export const pageRoot = document.getElementById('console') as HTMLElement;
export const pageOptions: PageOptions = optionsOf(pageRoot.dataset);

function optionsOf({ key, target, refresh }: DOMStringMap): PageOptions {
  return {
    key,
    target: target === undefined ? undefined : new URL(target, location.href).href,
    refreshSeconds: Number(refresh) > 0 ? Number(refresh) : DEFAULT_REFRESH_SECONDS,
  };
}
