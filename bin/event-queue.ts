import { App } from 'aws-cdk-lib';
import { EventQueueStack } from '../lib/event-queue-stack.ts';

const app = new App();

/** `npm run deploy -- -c alarmEmail=me@example.com` */
const alarmEmail: string | undefined = app.node.tryGetContext('alarmEmail');

new EventQueueStack(app, 'EventQueue', { ...(alarmEmail !== undefined && { alarmEmail }) });
