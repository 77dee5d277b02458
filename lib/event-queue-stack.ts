import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EventQueue, type EventQueueProps } from './event-queue.ts';

/** A stack with one event queue. Its outputs say what one needs to know to use the queue. */
export class EventQueueStack extends Stack {
  constructor(scope: Construct, id: string, props: EventQueueProps & StackProps = {}) {
    super(scope, id, props);
    const queue = new EventQueue(this, 'Queue', props);
    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description });
    output('Url', queue.url, 'The URL of the API.');
    output(
      'FirstKey',
      `npm run keys -- create --label first --scopes publish,read,manage --table ${queue.tableName} --region ${this.region}`,
      'The command that makes a first API key.',
    );
    output('Dashboard', queue.dashboardName, 'The dashboard on CloudWatch that shows what happens.');
    output(
      'AlarmTopic',
      queue.alarmTopic.topicArn,
      'The topic that alarms notify. Subscribe everybody who should be woken.',
    );
    output('DeadLetterQueue', queue.deadLetterQueueUrl, 'The queue of messages that no deliverer could handle.');
    for (const [name, group] of Object.entries(queue.logGroupNames))
      output(`${name}Log`, group, `The log group of ${name === 'Access' ? 'the API' : `the function ${name}`}.`);
    if (queue.domainTarget !== undefined)
      output('DomainTarget', queue.domainTarget, 'The name to which the DNS record of the domain must point.');
  }
}
