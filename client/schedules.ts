import type {
  DeletedSchedule,
  EventPage,
  ListScheduleRunsParameters,
  ListSchedulesParameters,
  NewSchedule,
  QueueEvent,
  Schedule,
  SchedulePage,
  SchedulePreview,
  ScheduleTiming,
} from './api-types.ts';
import type { ApiRequest, Connection } from './connection.ts';
import type { EventOrBrief } from './event-or-brief.ts';
import type { CallOptions, RunOptions } from './event-queue-options.ts';
import { jsonText } from './json-text.ts';
import { pagesFrom } from './pages.ts';
import type { ScheduleOrBrief } from './schedule-or-brief.ts';
import { scheduleToSend } from './schedule-to-send.ts';
import type { Signal } from './signal.ts';
import { undefinedIfMissing } from './undefined-if-missing.ts';

/** The schedules of a queue, each of which publishes an event again and again. */
export class Schedules {
  readonly #connection: Connection;
  readonly #newId: () => string;

  constructor(connection: Connection, newId: () => string) {
    this.#connection = connection;
    this.#newId = newId;
  }

  /**
   * Makes the schedule of an id, or replaces it. Runs that are still to come are cancelled if the new timing does not
   * have their instants. The schedule may be one that `get` answered, with changes: what only answers have is left out.
   */
  async put(id: string, schedule: NewSchedule, { signal }: CallOptions = {}): Promise<Schedule> {
    const json = scheduleToSend(schedule);
    return this.#connection.send({ method: 'PUT', path: pathOf(id), json, isRepeatable: true, signal });
  }

  /**
   * Makes a schedule, whose id the queue chooses. It is sent again only if the queue cannot have seen the request,
   * because a second one would make another schedule. `put` is safe to repeat.
   */
  async create(schedule: NewSchedule, { signal }: CallOptions = {}): Promise<Schedule> {
    const json = scheduleToSend(schedule);
    return this.#connection.send({ method: 'POST', path: '/schedules', json, isRepeatable: false, signal });
  }

  /** Says when a schedule with this timing would run, without making it. */
  async preview(timing: ScheduleTiming, { signal }: CallOptions = {}): Promise<SchedulePreview> {
    const json = jsonText(timing);
    return this.#connection.send({ method: 'POST', path: '/schedules/preview', json, isRepeatable: true, signal });
  }

  /** Reads a schedule, with its next runs and its last run. Resolves with undefined if there is no such schedule. */
  async get(id: string, { signal }: CallOptions = {}): Promise<Schedule | undefined> {
    const request: ApiRequest = { method: 'GET', path: pathOf(id), isRepeatable: true, signal };
    return undefinedIfMissing(() => this.#connection.send<Schedule>(request));
  }

  /** Lists the schedules, sorted by their ids, and reads them page by page. `limit` is the size of a page. */
  async *list(
    search: ListSchedulesParameters = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<Schedule, void, undefined> {
    const pages = pagesFrom(search.cursor, (cursor) =>
      this.#get<SchedulePage>('/schedules', { ...search, cursor }, signal),
    );
    for await (const { schedules } of pages) yield* schedules;
  }

  /** Lists the runs of a schedule, the latest first. Each run is an event. */
  async *runs(
    id: string,
    search: ListScheduleRunsParameters = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<QueueEvent, void, undefined> {
    const pages = pagesFrom(search.cursor, (cursor) =>
      this.#get<EventPage>(`${pathOf(id)}/runs`, { ...search, cursor }, signal),
    );
    for await (const { events } of pages) yield* events;
  }

  /**
   * Publishes the event of a schedule now, also while the schedule is paused. A repeated request adds no second event,
   * and neither does a second call with the same `deduplication_id`.
   */
  async run(id: string, { deduplication_id = this.#newId(), signal }: RunOptions = {}): Promise<EventOrBrief> {
    const query = { deduplication_id };
    return this.#connection.send({ method: 'POST', path: `${pathOf(id)}/run`, query, isRepeatable: true, signal });
  }

  /** Pauses a schedule: no run of it starts any more. */
  async pause(id: string, { signal }: CallOptions = {}): Promise<ScheduleOrBrief> {
    return this.#connection.send({ method: 'POST', path: `${pathOf(id)}/pause`, isRepeatable: true, signal });
  }

  /** Ends the pause of a schedule: it goes on with the next instant. */
  async resume(id: string, { signal }: CallOptions = {}): Promise<ScheduleOrBrief> {
    return this.#connection.send({ method: 'POST', path: `${pathOf(id)}/resume`, isRepeatable: true, signal });
  }

  /** Deletes a schedule: no run of it starts any more. */
  async delete(id: string, { signal }: CallOptions = {}): Promise<DeletedSchedule> {
    return this.#connection.send({ method: 'DELETE', path: pathOf(id), isRepeatable: true, signal });
  }

  #get<Answer>(path: string, query: object, signal: Signal | undefined): Promise<Answer> {
    return this.#connection.send({ method: 'GET', path, query, isRepeatable: true, signal });
  }
}

/** The path of a schedule. An id of dots alone would lead to another path. */
function pathOf(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new TypeError(`EventQueue: "${id}" is not the id of a schedule.`);
  return `/schedules/${encodeURIComponent(id)}`;
}
