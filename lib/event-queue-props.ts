import type { RemovalPolicy } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

export type EventQueueProps = {
  /**
   * The number of partitions over which new events are spread, 1 to 256.
   * @default 4
   */
  readonly shards?: number;
  /**
   * The longest `timeout_for_request`, in seconds, 1 to 840.
   * @default 6
   */
  readonly maxTimeoutSeconds?: number;
  /**
   * The longest `wait` of `GET /events/{key}`, in seconds, 0 to 20. A request that waits uses one of the account's
   * concurrent executions of Lambda until it is answered. All such requests together use up to
   * `rateLimit` × `maxWaitSeconds` + `burstLimit` executions, with the limits of `throttling`. With the defaults, these
   * are 100 × 5 + 200 = 700 of the 1,000 executions that an account usually has, so that deliverers and publishers have
   * the rest.
   * @default 5
   */
  readonly maxWaitSeconds?: number;
  /**
   * The least number of seconds between two requests of the console for the same data, 1 to 3,600. An open console asks
   * again and again while somebody looks at it, and each request costs money.
   * @default 10
   */
  readonly consoleRefreshSeconds?: number;
  /**
   * The number of the account's concurrent executions of Lambda that are reserved for `dispatch` and for `read`. A
   * function with a reservation gets no more executions than that. Two are enough for `dispatch`: one run works, and
   * another sees that it does. An account must keep at least 100 executions unreserved, so an account with a limit of
   * 10 accepts no reservation. Deliverers cannot have one: `maxConcurrency` limits them, and a reservation would use up
   * the receives of their messages.
   * @default No execution is reserved.
   */
  readonly reservedConcurrency?: { readonly dispatch?: number; readonly read?: number };
  /**
   * The number of seconds for which an event stays readable after it failed for good, unless the event has its own
   * `keep_failed_for`; 60 to 7,776,000, which are 90 days.
   * @default A failed event stays readable for its `keep_result_for`, like every other result.
   */
  readonly keepFailedFor?: number;
  /**
   * The number of deliverers that work at once, 2 to 1,000. Each makes up to ten calls at once.
   * @default 20
   */
  readonly maxConcurrency?: number;
  /**
   * The number of requests that the API accepts per second, and at once. It refuses others with 429.
   * @default { rateLimit: 100, burstLimit: 200 }
   */
  readonly throttling?: Throttling;
  /**
   * The origins whose web pages may call the API, for example `https://app.example.com`.
   * @default []
   */
  readonly corsOrigins?: readonly string[];
  /**
   * A domain of your own for the API. Its DNS record must point to `domainTarget`.
   * @default The API has only the name that AWS gives it.
   */
  readonly domain?: Domain;
  /**
   * Whether the API is closed under the name that AWS gives it. Then it can only be reached under `domain`, and nobody
   * can bypass a firewall that protects that domain. Needs `domain`.
   * @default false
   */
  readonly disableExecuteApiEndpoint?: boolean;
  /**
   * The time for which log groups keep their lines.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The address that gets an email when an alarm goes off. AWS first asks that address for its consent.
   * @default Nobody gets an email. Subscribe to `alarmTopic` instead.
   */
  readonly alarmEmail?: string;
  /**
   * The number of events that must fail for good within five minutes to set off the alarm `EventsFailed`, 1 to
   * 1,000,000. `false` leaves the alarm out, for a queue whose receivers are expected to fail.
   * @default 1
   */
  readonly failedEventsAlarm?: number | false;
  /**
   * Whether X-Ray traces invocations of the functions. It traces one invocation of each function per second, and 5 % of
   * the others.
   * @default true
   */
  readonly tracing?: boolean;
  /**
   * What happens to the table when the queue is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether DynamoDB refuses to delete the table until a deployment turns this off. It has no effect on
   * `restoredTable`.
   * @default false
   */
  readonly deletionProtection?: boolean;
  /**
   * The name of an existing table to use, for example of one that was restored from a backup. The table that the queue
   * had before is kept, or deleted if its `removalPolicy` was `DESTROY`.
   * @default The queue has a table of its own.
   */
  readonly restoredTable?: string;
  /**
   * Whether events may have private addresses as targets. Then everybody who may publish can call everything that the
   * functions can reach.
   * @default false
   */
  readonly privateTargets?: boolean;
  /**
   * More host names under which the queue itself can be reached. The queue never calls a host of its own, on any port.
   * It already knows `domain` and the name that AWS gives.
   * @default []
   */
  readonly ownHosts?: readonly string[];
};

export type Domain = {
  /** The domain name, for example `queue.example.com`. */
  readonly name: string;
  /** A certificate for that name, in the region of the stack. */
  readonly certificate: ICertificate;
};

export type Throttling = {
  /** The number of requests per second that the API accepts on average. */
  readonly rateLimit: number;
  /** The number of requests that the API accepts at once. */
  readonly burstLimit: number;
};
