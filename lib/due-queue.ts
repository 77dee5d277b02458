import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Timings } from './timings.ts';

const BATCH = 10;

/** The delayed queue between publish, dispatch and deliver, and the one for what nobody could handle. */
export class DueQueue extends Construct {
  readonly url: string;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, { visibility, receives }: Timings) {
    super(scope, id);
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    const deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(visibility),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: receives },
    });
    this.url = this.queue.queueUrl;
  }

  /** Hands over batches of ten; what a deliverer reports as failed comes back alone. Never by reserved concurrency: that raises receive counts. */
  handTo(deliver: IFunction, maxConcurrency: number): void {
    deliver.addEventSource(
      new SqsEventSource(this.queue, { batchSize: BATCH, reportBatchItemFailures: true, maxConcurrency }),
    );
  }

  grantSend(grantee: IGrantable): void {
    this.queue.grant(grantee, 'sqs:SendMessage');
  }

  grantCount(grantee: IGrantable): void {
    this.queue.grant(grantee, 'sqs:GetQueueAttributes');
  }
}
