import { Duration, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Timings } from './timings.ts';

const BATCH = 10;

/**
 * The due queue, which carries messages from publish, dispatch, manage and deliver to deliver, and its dead-letter
 * queue.
 */
export class MessageQueues extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { visibility, receives }: Timings) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'This is the dead-letter queue itself.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(visibility),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receives },
    });
  }

  /**
   * Lets SQS invoke the deliverer with batches of ten messages. Of these, only the messages that it reports as failed
   * are handed over again. `maxConcurrency` limits the deliverers, and reserved concurrency must not: SQS counts a
   * receive for every message that Lambda then refuses, until the message is in the dead-letter queue.
   */
  handTo(deliver: IFunction, maxConcurrency: number): void {
    Validations.of(deliver).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'A message that no deliverer can handle goes from the due queue to its dead-letter queue.',
    });
    // Lambda needs these permissions to poll the queue:
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    this.queue.grant(deliver, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    deliver.addEventSourceMapping('Messages', {
      eventSourceArn: this.queue.queueArn,
      batchSize: BATCH,
      reportBatchItemFailures: true,
      maxConcurrency,
    });
  }

  grantSend(grantee: IGrantable): void {
    this.queue.grant(grantee, 'sqs:SendMessage');
  }

  grantCount(grantee: IGrantable): void {
    this.queue.grant(grantee, 'sqs:GetQueueAttributes');
  }
}
