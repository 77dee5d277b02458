import type {
  BulkResult,
  CountEventsParameters,
  EventCount,
  EventPage,
  EventsToCancel,
  EventsToRetry,
  GetStatisticsParameters,
  ListEventsParameters,
  NewEvent,
  Pause,
  QueueEvent,
  Statistics,
} from './api-types.ts';
import { type PublishResult, publishInBatches } from './batch-publisher.ts';
import { changeAll } from './bulk-change.ts';
import type { BulkTotal } from './bulk-progress.ts';
import { type ApiRequest, type Connection, connection } from './connection.ts';
import { type ClientDependencies, runtimeDependencies } from './dependencies.ts';
import type { EventOrBrief } from './event-or-brief.ts';
import { EventQueueError } from './event-queue-error.ts';
import { type CallOptions, chosenOptions, type EventQueueOptions, type WaitOptions } from './event-queue-options.ts';
import { eventToSend } from './event-to-send.ts';
import { jsonText } from './json-text.ts';
import { pagesFrom } from './pages.ts';
import { Schedules } from './schedules.ts';
import type { Signal } from './signal.ts';
import { NOT_FOUND, undefinedIfMissing } from './undefined-if-missing.ts';
import { waiting } from './waiting.ts';

/**
 * A client of an event queue. Fields of events, searches and answers have the names that they have in the API. Each
 * method that sends a request rejects with an `EventQueueError` if it fails, and with the reason of its `signal` if
 * that is aborted.
 *
 * @example
 * ```ts
 * const queue = new EventQueue({ url: 'http://127.0.0.1:3000', key: 'demo' });
 * const { key } = await queue.publish({ url_to_send_request: 'http://127.0.0.1:3000/echo', body: { to: 42 } });
 * const event = await queue.wait(key);
 * ```
 */
export class EventQueue {
  /** The address of the queue. */
  readonly url: string;
  /** The schedules, which publish events again and again. */
  readonly schedules: Schedules;
  readonly #connection: Connection;
  readonly #dependencies: ClientDependencies;
  readonly #wait: ReturnType<typeof waiting>;

  /**
   * Makes a client. It sends nothing yet.
   *
   * @param dependencies Replaces the clock and the random numbers of the runtime, for tests.
   * @throws TypeError if there is no address or no key, neither in the options nor in the environment
   */
  constructor(options: EventQueueOptions = {}, dependencies: Partial<ClientDependencies> = {}) {
    const chosen = chosenOptions(options);
    this.url = chosen.url;
    this.#dependencies = { ...runtimeDependencies, ...dependencies };
    this.#connection = connection(chosen, options.fetch, this.#dependencies);
    this.schedules = new Schedules(this.#connection, this.#dependencies.newId);
    this.#wait = waiting((key, waits, signal) => this.#read(key, waits, signal), this.#dependencies);
  }

  /**
   * Publishes an event: its URL is called when it is due. Resolves when the queue has stored the event. The request is
   * sent again after a failure that may pass. That adds no second event, because the client gives an event without a
   * `deduplication_id` one of its own, and sends it again within its `deduplication_window` only. An event whose
   * `deduplication_id` is null gets none, and is sent again only if the queue cannot have seen it.
   *
   * Rejects with an `EventQueueError` whose field `sent` is the event with this id. Publish `sent` to try again later. An
   * event whose publication may be aborted by a signal needs a `deduplication_id` of your own for that.
   */
  async publish(event: NewEvent, { signal }: CallOptions = {}): Promise<EventOrBrief> {
    const { event: sent, ...toSend } = eventToSend(event, this.#dependencies.newId);
    try {
      return await this.#connection.send({ method: 'POST', path: '/events', ...toSend, signal });
    } catch (error) {
      throw error instanceof EventQueueError ? Object.assign(error, { sent }) : error;
    }
  }

  /**
   * Publishes any number of events, in batches of the size that the API allows. Resolves with a result for each event,
   * in the same order: a refused event does not stop the others. If a batch fails as a whole, the rest is not sent, and
   * has its error. Events whose `deduplication_id` is null are sent last, in batches of their own. Rejects only if the signal
   * is aborted, or if an event has what JSON cannot write.
   */
  async publishAll(events: Iterable<NewEvent>, { signal }: CallOptions = {}): Promise<PublishResult[]> {
    const toSend = Array.from(events, (event) => eventToSend(event, this.#dependencies.newId));
    return publishInBatches(this.#connection, toSend, signal);
  }

  /**
   * Reads an event by its key, or by the `webhook-id` of a call to it. Resolves with undefined if there is no such event,
   * or if its result is no longer kept.
   */
  async get(key: string, { signal }: CallOptions = {}): Promise<QueueEvent | undefined> {
    return this.#read(key, 0, signal);
  }

  /**
   * Waits until an event has finished, and resolves with it. After `maxSeconds`, 60 by default, it resolves with the
   * event as it is: its status is `waiting_execution` then. `Infinity` waits without a limit. Resolves with undefined if there is no such event.
   */
  async wait(key: string, { maxSeconds = 60, signal }: WaitOptions = {}): Promise<QueueEvent | undefined> {
    return this.#wait(key, maxSeconds, signal);
  }

  /**
   * Finds events, the latest due first unless `order` is `asc`, and reads them page by page as they are asked for.
   * `limit` is the size of a page, and not of the whole.
   *
   * @example
   * ```ts
   * for await (const event of queue.list({ status: 'max_try_count_reached', tag: 'mails' })) console.log(event.key);
   * ```
   */
  async *list(
    search: ListEventsParameters = {},
    options: CallOptions = {},
  ): AsyncGenerator<QueueEvent, void, undefined> {
    for await (const { events } of this.pages(search, options)) yield* events;
  }

  /** Finds events as `list` does, and generates the pages. A page can be empty although another one follows. */
  async *pages(
    search: ListEventsParameters = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<EventPage, void, undefined> {
    yield* pagesFrom(search.cursor, (cursor) => this.#get<EventPage>('/events', { ...search, cursor }, signal));
  }

  /** Counts the events that wait, or those in another status, with the filters of `list`. */
  async count(search: CountEventsParameters = {}, { signal }: CallOptions = {}): Promise<EventCount> {
    return this.#get('/events/count', search, signal);
  }

  /**
   * Cancels an event that waits, so that no further attempt starts. An event that is cancelled already is answered as it
   * is. Rejects with a problem of the type `urn:event-queue:conflict` if the event has finished otherwise, and of the
   * type `urn:event-queue:not-found` if there is no such event.
   */
  async cancel(key: string, { signal }: CallOptions = {}): Promise<EventOrBrief> {
    return this.#connection.send({ method: 'DELETE', path: pathOf(key), isRepeatable: true, signal });
  }

  /**
   * Cancels all events that wait, or those that a search finds. Sends as many requests as that takes. If one of them
   * fails, some events are cancelled. The `progress` of the error says how many, and has the cursor to go on with.
   */
  async cancelAll(search: EventsToCancel = {}, { signal }: CallOptions = {}): Promise<BulkTotal> {
    return this.#changeAll('/events/cancel', search, () => true, signal);
  }

  /**
   * Calls an event now: one that waits with the tries that it has left, a finished one with all its tries. It is sent
   * again only if the queue cannot have seen the request, because the event may have been called and finished
   * meanwhile. Rejects with a problem of the type `urn:event-queue:conflict`, whose `retry_after` says when to ask again,
   * while an attempt from before a cancel may be under way.
   */
  async retry(key: string, { signal }: CallOptions = {}): Promise<EventOrBrief> {
    return this.#connection.send({ method: 'POST', path: `${pathOf(key)}/retry`, isRepeatable: false, signal });
  }

  /**
   * Retries all events that failed for good, or those that a search finds, at once or at a `rate`. Sends as many
   * requests as that takes. If one of them fails, some events are due again. The `progress` of the error says how many,
   * and has the cursor to go on with: with it, no event is called twice, and a `rate` goes on where it was.
   */
  async retryAll(search: EventsToRetry = {}, { signal }: CallOptions = {}): Promise<BulkTotal> {
    // The cursor of a request says what was called since the first request, so that a repetition calls nothing twice. The
    // first request has no cursor.
    const isRepeatable = (cursor: unknown) => search.dry_run === true || cursor != null;
    return this.#changeAll('/events/retry', search, isRepeatable, signal);
  }

  /** Reads what happened in the last hour, by the minute, or in the last day, by the hour. */
  async stats(range: GetStatisticsParameters = {}, { signal }: CallOptions = {}): Promise<Statistics> {
    return this.#get('/stats', range, signal);
  }

  /** Pauses the queue: no attempt starts any more, and nothing is lost. Events are still accepted. */
  async pause({ signal }: CallOptions = {}): Promise<Pause> {
    return this.#connection.send({ method: 'POST', path: '/pause', isRepeatable: true, signal });
  }

  /** Ends a pause: what has come due is called within a minute, oldest first. */
  async resume({ signal }: CallOptions = {}): Promise<Pause> {
    return this.#connection.send({ method: 'POST', path: '/resume', isRepeatable: true, signal });
  }

  #get<Answer>(path: string, query: object, signal: Signal | undefined): Promise<Answer> {
    return this.#connection.send({ method: 'GET', path, query, isRepeatable: true, signal });
  }

  #read(key: string, waits: number, signal: Signal | undefined): Promise<QueueEvent | undefined> {
    const query = waits > 0 ? { wait: waits } : undefined;
    return undefinedIfMissing(async () => {
      const request: ApiRequest = { method: 'GET', path: pathOf(key), query, waits, isRepeatable: true, signal };
      return this.#connection.send<QueueEvent>(request);
    });
  }

  #changeAll(
    path: string,
    search: EventsToCancel | EventsToRetry,
    isRepeatable: (cursor: string | null | undefined) => boolean,
    signal: Signal | undefined,
  ): Promise<BulkTotal> {
    const send = (cursor: string | null | undefined) =>
      this.#connection.send<BulkResult>({
        method: 'POST',
        path,
        json: jsonText({ ...search, cursor }),
        isRepeatable: isRepeatable(cursor),
        signal,
      });
    return changeAll(send, search.cursor);
  }
}

/**
 * The path of an event. Each key has hyphens, and no other path of the API below `/events` has: without this check,
 * `..` or `count` would lead somewhere else.
 */
function pathOf(key: string): string {
  if (String(key).includes('-')) return `/events/${encodeURIComponent(key)}`;
  const detail = `There is no event with the key ${key}. A key looks like 98225183999.750-0198f2a4-5b6c-7d8e-9f00-112233445566.`;
  throw new EventQueueError('refused', { type: NOT_FOUND, title: 'There is nothing here', status: 404, detail });
}
