import { Annotations, App } from 'aws-cdk-lib';
import { EventQueueStack } from '../lib/event-queue-stack.ts';

const app = new App();

/**
 * The address that alarms write to. It is read from `context` in cdk.json, so that the next deployment finds it as
 * well.
 */
const alarmEmail: string | undefined = app.node.tryGetContext('alarmEmail');

const stack = new EventQueueStack(app, 'EventQueue', { ...(alarmEmail && { alarmEmail }) });
if (!alarmEmail)
  Annotations.of(stack).addWarningV2(
    'event-queue:alarms-reach-nobody',
    'cdk.json has no "alarmEmail" under "context", so alarms reach only those who subscribe to the alarm topic. Add an address there.',
  );
