import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EventQueue, type EventQueueProps } from './event-queue.ts';

/** One event queue, and what one needs to know to use it as outputs. */
export class EventQueueStack extends Stack {
  constructor(scope: Construct, id: string, props: EventQueueProps & StackProps = {}) {
    super(scope, id, props);
    const queue = new EventQueue(this, 'Queue', props);
    const says = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    says('Url', queue.url, 'Where events are published.');
    says(
      'FirstKey',
      `npm run keys -- create --label first --scopes publish,read,manage --table ${queue.tableName} --region ${this.region}`,
      'Makes a first API key.',
    );
    says('Dashboard', queue.dashboardName, 'The dashboard on CloudWatch that shows what happens.');
    says('AlarmTopic', queue.alarmTopic.topicArn, 'Where alarms go: subscribe to it whoever should be woken.');
    says('DeadLetterQueue', queue.deadLetterQueueUrl, 'Where messages are put aside that no deliverer could handle.');
    for (const [name, group] of Object.entries(queue.logGroupNames))
      says(`${name}Log`, group, `The log group of ${name === 'Access' ? 'the API' : `the function ${name}`}.`);
    if (queue.domainTarget !== undefined)
      says('DomainTarget', queue.domainTarget, 'What the domain name must be an alias of, in its DNS.');
  }
}
