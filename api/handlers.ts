import type * as z from 'zod';
import type { ApiKey } from '../core/api-key.ts';
import { SECOND } from '../core/durations.ts';
import type { WantedEvent } from '../core/event/event.ts';
import { type EventKey, isUuid, parsePublicKey } from '../core/event/event-key.ts';
import type { Changed } from '../core/manage/canceller.ts';
import type { ApiKeyStore, EventRecord, SigningSecrets, Statistics } from '../core/ports.ts';
import type { Published } from '../core/publisher.ts';
import type { Queue } from '../core/queue.ts';
import { askedSearch, searchAt } from './asked-search.ts';
import { type BatchResult, fittingResults } from './batch-results.ts';
import { answerFor, type BriefAnswer } from './brief-answer.ts';
import { changeInBulk } from './change-in-bulk.ts';
import { type EventAnswer, eventAnswer } from './event-answer.ts';
import { eventLister } from './event-lister.ts';
import { statusFrom } from './event-status.ts';
import { keyHandlers } from './key-handlers.ts';
import { healthAnswer, pauseAnswer } from './pause-answer.ts';
import { anotherRequest, type Problem, problemReply, retryAfter, unexpected } from './problem.ts';
import type { Reply } from './reply.ts';
import type { RouteHandlers } from './route-handlers.ts';
import { scheduleHandlers } from './schedule-handlers.ts';
import { signingSecretAnswer } from './signing-secret-answer.ts';
import { statisticsAnswer } from './statistics-answer.ts';
import { validate } from './validate.ts';

type HandlerDependencies = {
  readonly queue: Queue;
  readonly statistics: Statistics;
  readonly signingSecrets: SigningSecrets;
  readonly keyStore: ApiKeyStore;
  readonly now: () => number;
  readonly report: (error: unknown) => void;
};

/**
 * Makes the handlers of all routes.
 *
 * @param describe Makes the OpenAPI document. That takes a while, so it is called once, for the first request.
 * @param newEvent The schema of a published event. The handler validates the events of a batch one by one, so that an
 * invalid one does not refuse the others.
 */
export function handlers(
  dependencies: HandlerDependencies,
  describe: () => object,
  newEvent: z.ZodType,
): RouteHandlers {
  const { queue, statistics, signingSecrets, keyStore, now, report } = dependencies;
  let description: object | undefined;

  const list = eventLister(queue, now);

  return {
    list,

    async publish({ input, caller }) {
      return publishedReply(await queue.publish(input, caller.id), caller, now());
    },

    async publishBatch({ input: { events }, caller }) {
      const valid = events.map((event) => validate(newEvent, event));
      const wanted = valid.flatMap((one) => ('problem' in one ? [] : [one.input as WantedEvent]));
      const published = (await queue.publishAll(wanted, caller.id)).values();
      const reply = (settled: PromiseSettledResult<Published> | undefined) => {
        if (settled?.status === 'fulfilled') return publishedReply(settled.value, caller, now());
        report(settled?.reason);
        return unexpected;
      };
      const results = valid.map((one) => ('problem' in one ? one : reply(published.next().value)));
      return { status: 200, body: { results: await fittingResults(results.map(bodyOf)) } };
    },

    async count({ input: { max_count_of_fetch_requests: mostPages, ...asked } }) {
      const search = { ...searchAt(askedSearch(asked), now()), status: statusFrom(asked.status) };
      return { status: 200, body: await queue.count(mostPages, search) };
    },

    async countOnly({ input }) {
      return { status: 200, body: (await queue.count(input.max_count_of_fetch_requests)).count };
    },

    async cancelAll({ input, caller }) {
      return changeInBulk(input, queue.cancelAll, caller, now());
    },

    async retryAll({ input, caller }) {
      return changeInBulk(input, queue.retryAll, caller, now());
    },

    async get({ input }) {
      const key = parsePublicKey(input.key) ?? (isUuid(input.key) ? await queue.findKey(input.key) : undefined);
      const record = key && (await queue.readWhenFinished(key, input.wait * SECOND));
      return record ? { status: 200, body: eventAnswer(record) } : noSuchEvent;
    },

    async cancel({ input, caller }) {
      return cancelledReply(await ofKey(input.key, queue.cancel), caller, now());
    },

    async retry({ input, caller }) {
      const retried = await ofKey(input.key, queue.retry);
      if (typeof retried === 'object' && 'tooSoon' in retried) return underWay(retried.tooSoon, now());
      return changedReply(retried, caller, now());
    },

    ...scheduleHandlers(dependencies, list),

    ...keyHandlers(keyStore),

    async stats({ input: { range } }) {
      return { status: 200, body: statisticsAnswer(range, await statistics.read(range)) };
    },

    async signingSecret() {
      return { status: 200, body: signingSecretAnswer(await signingSecrets.fresh()) };
    },

    async rotateSigningSecret() {
      return { status: 200, body: signingSecretAnswer(await signingSecrets.rotate()) };
    },

    async pause() {
      return { status: 200, body: pauseAnswer(await queue.pause()) };
    },

    async resume() {
      return { status: 200, body: pauseAnswer(await queue.resume()) };
    },

    async health() {
      return { status: 200, body: healthAnswer(await queue.latestPause()) };
    },

    async openapi() {
      description ??= describe();
      return { status: 200, body: description };
    },
  };
}

/**
 * Answers a new event whole, because its publisher knows all of it. An event that was published before may have an
 * answer, which only a key with the scope read may see.
 */
function publishedReply(published: Published, caller: ApiKey, now: number): Reply<EventAnswer | BriefAnswer> | Problem {
  if (published === 'another request') return anotherRequest;
  const { record, isNew } = published;
  return isNew ? { status: 201, body: eventAnswer(record) } : { status: 200, body: answerFor(caller, record, now) };
}

function bodyOf(result: Reply<EventAnswer | BriefAnswer> | Problem): BatchResult {
  return 'problem' in result ? problemReply(result).body : result.body;
}

async function ofKey<Result>(text: string, change: (key: EventKey) => Promise<Result>) {
  const key = parsePublicKey(text);
  return key === undefined ? ('no such event' as const) : change(key);
}

function cancelledReply(changed: Changed, caller: ApiKey, now: number): Reply | Problem {
  return changed === 'not in this state' ? finishedAlready : changedReply(changed, caller, now);
}

function changedReply(changed: EventRecord | 'no such event', caller: ApiKey, now: number): Reply | Problem {
  return changed === 'no such event' ? noSuchEvent : { status: 200, body: answerFor(caller, changed, now) };
}

const noSuchEvent: Problem = {
  problem: 'not-found',
  detail:
    'There is no event with this key, or it has finished and its result is no longer kept. Check the key. A webhook-id finds an event by GET alone, and once an attempt was recorded.',
};

const finishedAlready: Problem = {
  problem: 'conflict',
  detail: 'The event has finished already, so there is nothing to cancel. Read it to see how.',
};

/**
 * Refuses a retry until an instant. Before that instant, an attempt that started before its event was cancelled may
 * still be under way.
 */
function underWay(until: number, now: number): Problem {
  return {
    problem: 'conflict',
    detail: `An attempt may have started before the event was cancelled, and may be under way until ${new Date(until).toISOString()}. Send this request again then, so that no two attempts run at once.`,
    headers: retryAfter(until, now),
  };
}
