import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { EventQueueStack } from '../lib/event-queue-stack.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

new EventQueueStack(new App(), 'EventQueue', { version });
