import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { defaultSettings, settingsBounds } from '../core/settings.ts';
import { requireWholeNumber } from './bounds.ts';
import type { Domain, Throttling } from './http-api.ts';

/** Lambda's own, of an event source mapping. */
const CONCURRENCY_BOUNDS = [2, 1_000] as const;
/** From one execution, because none would turn the function off, to more than any account has. */
const RESERVED_BOUNDS = [1, 1_000_000] as const;
const FAILED_EVENTS_BOUNDS = [1, 1_000_000] as const;

export type EventQueueProps = {
  /**
   * Over how many partitions new events are spread, 1 to 256.
   * @default 4
   */
  readonly shards?: number;
  /**
   * The longest `timeout_for_request`, in seconds, 1 to 840.
   * @default 6
   */
  readonly maxTimeoutSeconds?: number;
  /**
   * The longest `wait` of `GET /events/{key}`, in seconds, 0 to 20. A request that waits holds one of the account's concurrent executions
   * of Lambda for as long: all together hold up to `rateLimit` × `maxWaitSeconds` + `burstLimit` of `throttling`. With the defaults these
   * are 100 × 5 + 200 = 700 of the 1,000 that an account usually has, so that deliverers and publishers have the rest.
   * @default 5
   */
  readonly maxWaitSeconds?: number;
  /**
   * How many of the account's concurrent executions of Lambda are set aside for `dispatch` and for `read`; the function gets no more than
   * that either. Two are enough for `dispatch`: one run works and another sees that it does. An account accepts no reservation that leaves
   * fewer than 100 executions unreserved, so one with a limit of 10 accepts none. There is none for deliverers, whom `maxConcurrency`
   * bounds: a reservation would use up the receives of their messages.
   * @default none is set aside
   */
  readonly reservedConcurrency?: { readonly dispatch?: number; readonly read?: number };
  /**
   * For how many seconds events stay readable after they failed for good, unless they say otherwise in `keep_failed_for`; 60 to 7,776,000,
   * which are 90 days.
   * @default as long as every other result: for `keep_result_for` of the event
   */
  readonly keepFailedFor?: number;
  /**
   * How many deliverers work at once, each at ten calls; 2 to 1,000.
   * @default 20
   */
  readonly maxConcurrency?: number;
  /**
   * Requests per second to the API, and how many at once.
   * @default 100 a second, 200 at once
   */
  readonly throttling?: Throttling;
  /**
   * From which origins web pages may call the API: `https://app.example.com`.
   * @default none
   */
  readonly corsOrigins?: readonly string[];
  /**
   * A domain of one's own for the API. Point it at `domainTarget`.
   * @default the name that AWS gives
   */
  readonly domain?: Domain;
  /**
   * Whether the API is closed under the name that AWS gives it, so that it is reached under `domain` alone and nobody gets past what stands
   * before that. Needs `domain`.
   * @default false
   */
  readonly disableExecuteApiEndpoint?: boolean;
  /** @default a month */
  readonly logRetention?: RetentionDays;
  /**
   * Who is written to when an alarm goes off. AWS asks that address once whether it wants that.
   * @default nobody: subscribe to `alarmTopic`
   */
  readonly alarmEmail?: string;
  /**
   * How many events must fail for good within five minutes to set off the alarm `EventsFailed`, 1 to 1,000,000. `false` leaves the
   * alarm out, for a queue whose receivers are expected to fail.
   * @default 1: every event that fails for good is told
   */
  readonly failedEventsAlarm?: number | false;
  /**
   * Whether X-Ray traces invocations: of each function one in a second, and 5 % of what is beyond.
   * @default true
   */
  readonly tracing?: boolean;
  /**
   * What becomes of the table when the queue is deleted.
   * @default it is kept
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether DynamoDB refuses to delete the table, whoever asks, until this is turned off by a deployment. Has no effect on
   * `restoredTable`.
   * @default false
   */
  readonly deletionProtection?: boolean;
  /**
   * The name of a table that exists already, as one that was restored from a backup. One that the queue had before is kept, or
   * deleted if its `removalPolicy` was `DESTROY`.
   * @default a table of its own
   */
  readonly restoredTable?: string;
  /**
   * Whether events may have private addresses as targets. Then whoever may publish reaches whatever the functions reach.
   * @default false
   */
  readonly privateTargets?: boolean;
  /**
   * Host names under which the queue itself can be reached, beside those it knows: it never calls them, on no port.
   * @default none
   */
  readonly ownHosts?: readonly string[];
};

/** What was chosen, with the defaults of what was not. */
export type ChosenProps = ReturnType<typeof chosenProps>;

/** Adds the defaults. Throws, and says what to do, if a choice is out of its bounds or does not go with another. */
export function chosenProps({
  shards = defaultSettings.shards,
  maxTimeoutSeconds = defaultSettings.maxTimeoutSeconds,
  maxWaitSeconds = 5,
  reservedConcurrency = {},
  maxConcurrency = 20,
  throttling = { rateLimit: 100, burstLimit: 200 },
  corsOrigins = [],
  disableExecuteApiEndpoint = false,
  logRetention = RetentionDays.ONE_MONTH,
  failedEventsAlarm = 1,
  tracing = true,
  removalPolicy = RemovalPolicy.RETAIN,
  deletionProtection = false,
  privateTargets = false,
  ownHosts = [],
  ...others
}: EventQueueProps) {
  const { keepFailedFor, domain } = others;
  requireWholeNumber('shards', shards, settingsBounds.shards);
  requireWholeNumber('maxTimeoutSeconds', maxTimeoutSeconds, settingsBounds.maxTimeoutSeconds);
  requireWholeNumber('maxWaitSeconds', maxWaitSeconds, settingsBounds.maxWaitSeconds);
  requireWholeNumber('maxConcurrency', maxConcurrency, CONCURRENCY_BOUNDS);
  for (const [name, reserved] of Object.entries(reservedConcurrency)) {
    if (reserved !== undefined) requireWholeNumber(`reservedConcurrency.${name}`, reserved, RESERVED_BOUNDS);
  }
  if (keepFailedFor !== undefined) requireWholeNumber('keepFailedFor', keepFailedFor, settingsBounds.keepFailedFor);
  if (failedEventsAlarm !== false) requireWholeNumber('failedEventsAlarm', failedEventsAlarm, FAILED_EVENTS_BOUNDS);
  if (disableExecuteApiEndpoint && domain === undefined) {
    throw new Error(
      'EventQueue: disableExecuteApiEndpoint is true, but there is no domain under which the API could be reached. Give a domain as well.',
    );
  }
  const sizes = { shards, maxTimeoutSeconds, maxWaitSeconds, reservedConcurrency, maxConcurrency };
  const api = { throttling, corsOrigins, disableExecuteApiEndpoint };
  const table = { removalPolicy, deletionProtection };
  return { ...others, ...sizes, ...api, ...table, logRetention, failedEventsAlarm, tracing, privateTargets, ownHosts };
}
