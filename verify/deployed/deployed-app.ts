import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

/** The context of the CDK app that `npm run deployed` deploys, which is the stack of a checkout. */
export type DeployedAppContext = {
  readonly checkout: string;
  readonly stackName: string;
  readonly shards?: number;
  readonly restoredTable?: string;
};

const app = new App();
const { checkout, stackName, ...props } = JSON.parse(app.node.getContext('deployed')) as DeployedAppContext;
const { EventQueueStack } = (await import(
  join(checkout, 'lib/event-queue-stack.ts')
)) as typeof import('../../lib/event-queue-stack.ts');
new EventQueueStack(app, stackName, {
  privateTargets: true,
  ownHosts: ['queue.example.test'],
  alarmEmail: 'someone@example.test',
  ...props,
});
