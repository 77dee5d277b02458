import { Duration, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Timings } from './timings.ts';

const BATCH = 10;

/** The delayed queue between publish, dispatch and deliver, and the one for what nobody could handle. */
export class DueQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { visibility, receives }: Timings) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is where messages go that nobody could handle.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(visibility),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receives },
    });
  }

  /** Hands over batches of ten; what a deliverer reports as failed comes back alone. Never by reserved concurrency: that raises receive counts. */
  handTo(deliver: IFunction, maxConcurrency: number): void {
    Validations.of(deliver).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'What nobody can handle goes from the due queue to its dead-letter queue.',
    });
    // What Lambda itself needs to poll: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
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
