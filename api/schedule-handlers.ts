import type { ApiKey } from '../core/api-key.ts';
import type { Queue } from '../core/queue.ts';
import type { ChangedTooOften, NoSchedule } from '../core/schedules/changer.ts';
import { isScheduleId, type Schedule } from '../core/schedules/schedule.ts';
import { answerFor } from './brief-answer.ts';
import { fitting } from './fitting.ts';
import { anotherRequest, foreignCursor, type Problem, retryAfter } from './problem.ts';
import type { Reply } from './reply.ts';
import type { RouteHandlers } from './route-handlers.ts';
import { briefScheduleAnswer, previewAnswer, scheduleAnswer } from './schedule-answer.ts';
import type { ScheduleRouteName } from './schedule-routes.ts';

type ScheduleHandlerDependencies = {
  readonly queue: Queue;
  readonly now: () => number;
};

/**
 * Makes the handlers of the routes that concern schedules.
 *
 * @param listEvents The handler of the route that lists events, which lists runs too.
 */
export function scheduleHandlers(
  { queue: { schedules }, now }: ScheduleHandlerDependencies,
  listEvents: RouteHandlers['list'],
): RouteHandlers<ScheduleRouteName> {
  async function whole(schedule: Schedule) {
    return scheduleAnswer(schedule, await schedules.lastRun(schedule.id), now());
  }

  /** Leaves out the event and the last run if the key may not read them. */
  async function changed(
    result: Schedule | NoSchedule | ChangedTooOften,
    { scopes }: ApiKey,
  ): Promise<Reply | Problem> {
    if (result === 'no such schedule') return noSuchSchedule;
    if ('changeableAt' in result) return changedTooOften(result, now());
    const body = scopes.includes('read') ? await whole(result) : briefScheduleAnswer(result, now());
    return { status: 200, body };
  }

  return {
    async listSchedules({ input: { limit, cursor } }) {
      const after = cursor === undefined ? undefined : idIn(cursor);
      if (cursor !== undefined && after === undefined) return foreignCursor;
      const page = await schedules.list(limit, after);
      const all = await Promise.all(page.schedules.map(whole));
      const answers = fitting(all, (answer) => answer);
      const isCut = answers.length < all.length;
      const last = answers.at(-1);
      const next = isCut || page.next !== undefined ? last?.id : undefined;
      return { status: 200, body: { schedules: answers, next_cursor: next === undefined ? null : cursorOf(next) } };
    },

    async getSchedule({ input: { id } }) {
      const schedule = await schedules.read(id);
      return schedule === undefined ? noSuchSchedule : { status: 200, body: await whole(schedule) };
    },

    async listRuns({ input: { id, limit, cursor }, caller }) {
      if ((await schedules.read(id)) === undefined) return noSuchSchedule;
      const search = { schedule: id, order: 'desc', limit, ...(cursor !== undefined && { cursor }) } as const;
      return listEvents({ input: search, pathParameters: undefined, caller });
    },

    async previewSchedule({ input }) {
      return { status: 200, body: previewAnswer(input, now()) };
    },

    async createSchedule({ input, caller }) {
      return { status: 201, body: await whole(await schedules.create(input, caller.id)) };
    },

    /** Answers the schedule whole, because the caller knows all of it, apart from its last run. */
    async replaceSchedule({ input, pathParameters: { id }, caller }) {
      const replaced = await schedules.replace(id, input, caller.id);
      if ('changeableAt' in replaced) return changedTooOften(replaced, now());
      const { schedule, isNew } = replaced;
      const lastRun = caller.scopes.includes('read') ? await schedules.lastRun(id) : undefined;
      return { status: isNew ? 201 : 200, body: scheduleAnswer(schedule, lastRun, now()) };
    },

    async pauseSchedule({ input: { id }, caller }) {
      return changed(await schedules.pause(id), caller);
    },

    async resumeSchedule({ input: { id }, caller }) {
      return changed(await schedules.resume(id), caller);
    },

    async deleteSchedule({ input: { id } }) {
      const deleted = await schedules.remove(id);
      return deleted === 'no such schedule' ? noSuchSchedule : { status: 200, body: { id, deleted: true } };
    },

    async runSchedule({ input: { id, deduplication_id }, caller }) {
      const published = await schedules.runNow(id, caller.id, deduplication_id);
      if (published === 'no such schedule') return noSuchSchedule;
      if (published === 'another request') return anotherRequest;
      return { status: published.isNew ? 201 : 200, body: answerFor(caller, published.record, now()) };
    },
  };
}

const noSuchSchedule: Problem = {
  problem: 'not-found',
  detail: 'There is no schedule with this id. GET /schedules lists the schedules, and PUT with this id makes one.',
};

function changedTooOften({ changeableAt }: ChangedTooOften, now: number): Problem {
  return {
    problem: 'conflict',
    detail: `The schedule has been changed too often in three minutes, and stays as it is. Send this request again at ${new Date(changeableAt).toISOString()}. It can be paused and deleted at any time.`,
    headers: retryAfter(changeableAt, now),
  };
}

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function idIn(cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString();
  return isScheduleId(id) ? id : undefined;
}
