import * as z from 'zod';
import { parseHost } from '../core/target/target-url.ts';
import { outcomeSchema } from './event-answer.ts';
import { statusSchema } from './event-status.ts';
import { instantSchema } from './wire/instant.ts';
import { scheduleId } from './wire/new-schedule.ts';

const LAST_INSTANT = Date.UTC(5000, 0);

const STATUS = 'The status of the events.';
const TAG = 'A tag of the events. With several tags, the events have all of them.';
const DUE_AFTER = 'Due at this instant or later: ISO 8601 with a time zone, epoch seconds, or now.';
const DUE_BEFORE = 'Due before this instant.';
const ORDER =
  'The order by the instants at which the events are due: desc for the latest first, asc for the earliest first.';
const HOST =
  'The host of the URL. A host such as example.com matches every port, and example.com:8443 matches only that port.';
const SCHEDULE = 'The id of a schedule of which the events are runs.';
const OUTCOME = 'How the last attempt ended.';
const STATUS_CODE =
  'The status code of the answer to the last attempt, such as 503, or a class of status codes, such as 5xx.';
const CURSOR = 'The next_cursor of the page before, from the same search.';
const RATE =
  'The number of events that become due per second, one after another from now on, also across requests with the cursor. Without a rate, all are due at once.';
const DRY_RUN =
  'If true, no event is changed. The answer says how many events would be changed, in all and for each host.';
const BULK_CURSOR = 'The next_cursor of the request before. All other fields must be the same.';

/** The filters and the page of a search in a query, where each value is a text. */
export function searchParameters() {
  return z.strictObject({
    status: statusSchema.optional().meta({ description: STATUS }),
    ...filterParameters(),
    order: z.enum(['desc', 'asc']).default('desc').meta({ description: ORDER }),
    limit: wholeNumber(1, 100, 20, 'The largest number of events on a page.'),
    cursor: cursor().optional().meta({ description: CURSOR }),
  });
}

/** The filters of a count in a query. A count is always of one status. */
export function countParameters() {
  return z.strictObject({
    status: statusSchema.default('waiting_execution').meta({ description: STATUS }),
    ...filterParameters(),
    ...countBound,
  });
}

export const countBound = {
  max_count_of_fetch_requests: wholeNumber(
    1,
    100,
    50,
    'The largest number of pages, of about 200 entries each, that are read.',
  ),
};

function filterParameters() {
  const instant = z.preprocess(instantIn, boundedInstant());
  return {
    tag: tags().optional().meta({ description: TAG }),
    due_after: instant.optional().meta({ description: DUE_AFTER, type: 'string' }),
    due_before: instant.optional().meta({ description: DUE_BEFORE, type: 'string' }),
    host: host().optional().meta({ description: HOST }),
    schedule: scheduleId().optional().meta({ description: SCHEDULE }),
    outcome: outcomeSchema.optional().meta({ description: OUTCOME }),
    status_code: statusCodes().optional().meta({ description: STATUS_CODE }),
  };
}

/** The filters of a change in bulk, in a request body. */
export function searchBody<Status extends string>(status: z.ZodType<Status>) {
  return z.strictObject(
    {
      status: status.meta({ description: 'The status of the events.' }),
      tag: tags().nullish().meta({ description: TAG }),
      due_after: boundedInstant().nullish().meta({ description: DUE_AFTER }),
      due_before: boundedInstant().nullish().meta({ description: DUE_BEFORE }),
      host: host().nullish().meta({ description: HOST }),
      schedule: scheduleId().nullish().meta({ description: SCHEDULE }),
      outcome: outcomeSchema.nullish().meta({ description: OUTCOME }),
      status_code: statusCodes().nullish().meta({ description: STATUS_CODE }),
      dry_run: z.boolean().nullish().meta({ description: DRY_RUN }),
      cursor: cursor().nullish().meta({ description: BULK_CURSOR }),
    },
    'Send a JSON object that says which events: {} for all.',
  );
}

/** The filters and the rate of a retry in bulk, in a request body. */
export function retryBody() {
  const message = 'A number of events a second, from 0.1 to 1000.';
  const rate = z.number(message).min(0.1, message).max(1_000, message).nullish().meta({ description: RATE });
  return searchBody(statusSchema.default('max_try_count_reached')).extend({ rate });
}

/** A schema for a whole number in a query parameter. */
export function wholeNumber(least: number, most: number, fallback: number, description: string) {
  const message = `A whole number from ${least} to ${most}.`;
  return z
    .preprocess(
      (value) => (isNumber(value) ? Number(value) : value),
      z.int(message).min(least, message).max(most, message).default(fallback),
    )
    .meta({ description });
}

/** A schema for a bound of a search: an instant in epoch milliseconds, or `now`, which stands for the time of the request. */
function boundedInstant() {
  const instant = instantSchema().refine(
    (at) => at >= 0 && at <= LAST_INSTANT,
    'An instant between the years 1970 and 5000.',
  );
  return z.union([z.literal('now'), instant], {
    error: (issue) => (issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0]?.message : undefined),
  });
}

function tags() {
  const message = 'A tag of 1 to 128 characters, or up to 20 of them.';
  const tag = z
    .string(message)
    .min(1, message)
    .max(128, message)
    .refine((text) => text.isWellFormed(), message);
  return z.union([tag.transform((one) => [one]), z.array(tag, message).min(1, message).max(20, message)], message);
}

function host() {
  const message = 'One host, such as example.com, example.com:8443 or [2001:db8::1]: neither a URL nor a path.';
  return z.string(message).transform((text, context) => {
    const parsed = parseHost(text);
    if (parsed === undefined) context.addIssue(message);
    return parsed ?? z.NEVER;
  });
}

/**
 * A schema for a status code such as `503` or a class such as `5xx`. It gives the smallest and the largest code that
 * match.
 */
function statusCodes() {
  const message = 'A status code from 100 to 999, or a class of them from 1xx to 9xx.';
  const text = z.string(message).regex(/^[1-9](\d\d|xx)$/i, message);
  return z.union([z.int(message).min(100, message).max(999, message), text], message).transform((code) => {
    const ends = ['0', '9'].map((digit) => Number(String(code).replaceAll(/x/gi, digit)));
    return [Math.min(...ends), Math.max(...ends)] as const;
  });
}

function cursor() {
  return z.string('One string: the next_cursor of the page before.');
}

/**
 * Restores an instant from a query parameter. In a query, a plus that is not escaped means a space, so the plus of a
 * time zone arrives as one.
 */
function instantIn(value: unknown): unknown {
  if (isNumber(value)) return Number(value);
  return typeof value === 'string' ? value.replace(/ (?=\d\d(:?\d\d)?$)/, '+') : value;
}

function isNumber(value: unknown): boolean {
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
}
