import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EventQueue, type EventQueueProps } from './event-queue.ts';

/** One event queue, and its URL as an output. */
export class EventQueueStack extends Stack {
  constructor(scope: Construct, id: string, props: EventQueueProps & StackProps) {
    super(scope, id, props);
    const queue = new EventQueue(this, 'Queue', props);
    new CfnOutput(this, 'Url', { value: queue.url, description: 'Where events are published.' });
  }
}
