import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { EventQueueStack } from '../lib/event-queue-stack.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const app = new App();

/** `npm run deploy -- -c alarmEmail=me@example.com` */
const alarmEmail: string | undefined = app.node.tryGetContext('alarmEmail');

new EventQueueStack(app, 'EventQueue', { version, ...(alarmEmail !== undefined && { alarmEmail }) });
