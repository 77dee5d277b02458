export type EventQueueOptions = {
  /**
   * The address of the queue, such as `http://127.0.0.1:3000` or the output `Url` of the stack.
   *
   * @default The environment variable `EVENT_QUEUE_URL`.
   */
  readonly url?: string | undefined;
  /**
   * The API key. A page shows its key to everybody who opens it.
   *
   * @default The environment variable `EVENT_QUEUE_KEY`.
   */
  readonly key?: string | undefined;
  /**
   * The seconds within which the whole answer to one try of a request must arrive.
   *
   * @default 30
   */
  readonly timeoutSeconds?: number | undefined;
  /**
   * How many times a request is sent again after it failed, if that is safe. 0 sends each request once.
   *
   * @default 4
   */
  readonly retries?: number | undefined;
  /**
   * Sends the requests.
   *
   * @default The global `fetch`.
   */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
};

/** The options of one call of a method. */
export type CallOptions = {
  /** Ends the call. It then rejects with the reason of this signal. */
  readonly signal?: AbortSignal | undefined;
};

/** The options of a wait for the end of an event. */
export type WaitOptions = CallOptions & {
  /**
   * The seconds after which the wait ends, whether the event has finished or not.
   *
   * @default 60
   */
  readonly maxSeconds?: number | undefined;
};

export type ChosenOptions = {
  /** The address of the queue, without a slash at its end. */
  readonly url: string;
  readonly key: string;
  readonly timeoutSeconds: number;
  readonly retries: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options with their defaults.
 *
 * @throws TypeError if the address or the key is missing, or cannot be sent
 */
export function chosenOptions({ url, key, timeoutSeconds = 30, retries = 4 }: EventQueueOptions): ChosenOptions {
  const address = url ?? fromEnvironment('EVENT_QUEUE_URL');
  const secret = key ?? fromEnvironment('EVENT_QUEUE_KEY');
  if (!address) throw new TypeError('EventQueue: Give the url of the queue, or set EVENT_QUEUE_URL.');
  if (!secret) throw new TypeError('EventQueue: Give the key of the queue, or set EVENT_QUEUE_KEY.');
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    throw new TypeError(`EventQueue: url is ${address}. Give a whole URL, such as https://queue.example.com.`);
  }
  // A key with a line feed, as from a file, would otherwise look like a network failure in each request.
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new TypeError('EventQueue: key has a character that no API key has.');
  return { url: address.replace(/\/$/, ''), key: secret, timeoutSeconds, retries };
}

/** Reads a variable. Browsers and some edge runtimes have no environment. */
function fromEnvironment(name: string): string | undefined {
  return (globalThis as { process?: { env?: Environment } }).process?.env?.[name];
}
