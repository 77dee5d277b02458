import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { CorsPreflightOptions } from 'aws-cdk-lib/aws-apigatewayv2';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Environment } from '../lambdas/runtime/environment.ts';
import { DueQueue } from './due-queue.ts';
import { EventTable } from './event-table.ts';
import { queueHttpApi } from './http-api.ts';
import { queueFunction } from './queue-function.ts';
import { timingsFor } from './timings.ts';

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
   * How many deliverers work at once, each at ten calls.
   * @default 20
   */
  readonly maxConcurrency?: number;
  /**
   * Requests per second to the API, and how many at once.
   * @default 100 a second, 200 at once
   */
  readonly throttling?: { readonly rateLimit: number; readonly burstLimit: number };
  /**
   * Which web pages may call the API.
   * @default none
   */
  readonly cors?: CorsPreflightOptions;
  /** @default a month */
  readonly logRetention?: RetentionDays;
  /**
   * What becomes of the table when the queue is deleted.
   * @default it is kept
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Host names under which the queue itself can be reached, beside its own: it never calls them.
   * @default none
   */
  readonly ownHosts?: readonly string[];
  /** Is sent in the `user-agent` of every call. */
  readonly version: string;
};

const MINUTE = 60;

/** A whole event queue: table, due queue, functions, HTTP API and the dispatcher's rule. */
export class EventQueue extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: EventQueueProps) {
    super(scope, id);
    const { shards = 4, maxTimeoutSeconds = 6, maxConcurrency = 20, ownHosts = [], version } = props;
    const { logRetention = RetentionDays.ONE_MONTH, removalPolicy = RemovalPolicy.RETAIN } = props;
    const timings = timingsFor(maxTimeoutSeconds);

    const table = new EventTable(this, 'Events', removalPolicy);
    const dueQueue = new DueQueue(this, 'Due', timings);
    const environment: Environment = {
      TABLE_NAME: table.tableName,
      QUEUE_URL: dueQueue.url,
      SHARDS: String(shards),
      MAX_TIMEOUT_SECONDS: String(maxTimeoutSeconds),
      VISIBILITY_SECONDS: String(timings.visibility),
      OWN_HOSTS: ownHosts.join(','),
      VERSION: version,
    };
    const answering = { environment, logRetention, timeout: 29, memory: 512 };

    const publish = queueFunction(this, 'Publish', { ...answering, name: 'publish' });
    table.grant(publish, 'BatchGetItem', 'BatchWriteItem', 'PutItem');
    dueQueue.grantSend(publish);

    const read = queueFunction(this, 'Read', { ...answering, name: 'read' });
    table.grant(read, 'BatchGetItem', 'Query');

    const manage = queueFunction(this, 'Manage', { ...answering, name: 'manage' });
    table.grant(manage, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query');
    dueQueue.grantSend(manage);

    const site = queueFunction(this, 'Site', { ...answering, name: 'site' });

    const dispatch = queueFunction(this, 'Dispatch', { ...answering, name: 'dispatch', timeout: 5 * MINUTE });
    table.grant(dispatch, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query');
    dueQueue.grantSend(dispatch);
    dueQueue.grantCount(dispatch);
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(dispatch, { retryAttempts: 0 })],
    });

    const deliver = queueFunction(this, 'Deliver', { ...answering, name: 'deliver', timeout: timings.deliver });
    table.grant(deliver, 'BatchGetItem', 'BatchWriteItem', 'PutItem');
    dueQueue.grantSend(deliver);
    dueQueue.handTo(deliver, maxConcurrency);

    const { throttling = { rateLimit: 100, burstLimit: 200 }, cors } = props;
    const api = queueHttpApi(this, 'Api', { functions: { publish, read, manage, site }, throttling, cors });
    this.url = api.apiEndpoint;
  }
}
