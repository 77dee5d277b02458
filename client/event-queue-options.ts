import type { ReceivedAnswer, SentRequest } from './fetch-types.ts';
import type { Signal } from './signal.ts';

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
   * The seconds within which the whole answer to one try of a request must arrive, up to 86,400.
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
  readonly fetch?: ((url: string, init: SentRequest) => Promise<ReceivedAnswer>) | undefined;
};

/** The options of one call of a method. */
export type CallOptions = {
  /** Ends the call. It then rejects with the reason of this signal. */
  readonly signal?: Signal | undefined;
};

/** The options of a run of a schedule. */
export type RunOptions = CallOptions & {
  /**
   * An id by which a run is published only once within a day.
   *
   * @default A random id.
   */
  readonly deduplication_id?: string | undefined;
};

/** The options of a wait for the end of an event. */
export type WaitOptions = CallOptions & {
  /**
   * The seconds after which the wait ends, whether the event has finished or not. `Infinity` waits without a limit.
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

/** The largest time-out, in seconds. The timers of Node overflow after 24 days, and then end at once. */
const LONGEST_TIMEOUT = 86_400;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options with their defaults.
 *
 * @throws TypeError if the address or the key is missing, or if an option cannot be used
 */
export function chosenOptions(options: EventQueueOptions): ChosenOptions {
  const { timeoutSeconds = 30, retries = 4 } = options;
  const address = options.url ?? fromEnvironment('EVENT_QUEUE_URL');
  const secret = options.key ?? fromEnvironment('EVENT_QUEUE_KEY');
  if (!address) throw new TypeError('EventQueue: Give the url of the queue, or set EVENT_QUEUE_URL.');
  if (!secret) throw new TypeError('EventQueue: Give the key of the queue, or set EVENT_QUEUE_KEY.');
  const url = addressOf(address);
  // A key with a line feed, as from a file, would otherwise look like a network failure in each request.
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new TypeError('EventQueue: key has a character that no API key has.');
  if (!(timeoutSeconds > 0 && timeoutSeconds <= LONGEST_TIMEOUT)) {
    throw new TypeError(`EventQueue: timeoutSeconds is ${timeoutSeconds}. Give a number above 0, up to 86400.`);
  }
  if (!(Number.isInteger(retries) && retries >= 0)) {
    throw new TypeError(`EventQueue: retries is ${retries}. Give a whole number from 0 on.`);
  }
  return { url, key: secret, timeoutSeconds, retries };
}

/** Returns the address to which the paths of the API are added. */
function addressOf(text: string): string {
  const isWhole = /^https?:\/\//i.test(text) && URL.canParse(text);
  if (!isWhole) throw new TypeError(`EventQueue: url is ${text}. Give a whole URL, such as https://queue.example.com.`);
  const { username, password, href } = new URL(text);
  // The address is not named, because it may have a password.
  if (username || password) throw new TypeError('EventQueue: url has a user. The key alone says who asks.');
  if (/[?#]/.test(href)) throw new TypeError(`EventQueue: url is ${text}. Give it without a query and a fragment.`);
  return href.replace(/\/+$/, '');
}

/** Reads a variable. Browsers and some edge runtimes have no environment. */
function fromEnvironment(name: string): string | undefined {
  return (globalThis as { process?: { env?: Environment } }).process?.env?.[name];
}
