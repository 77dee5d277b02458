import assert from 'node:assert/strict';
import type { Deployment } from './deployment.ts';
import { queueAttributes } from './emulator-gaps.ts';
import { dashboardBody, describeAlarms } from './monitoring.ts';
import type { StageChecks } from './stage.ts';

export const stackChecks: StageChecks = {
  'the stack is complete': async ({ deployed }) => {
    assert.match(deployed.status, /^(CREATE|UPDATE)_COMPLETE$/);
    const ids = Object.keys(deployed.template.Resources);
    assert.deepEqual(
      ids.filter((id) => deployed.resources[id] === undefined),
      [],
    );
    return `${ids.length} resources`;
  },

  'every alarm that the emulator takes is there, and tells the topic': async ({ aws, deployed }) => {
    const topic = deployed.physical('QueueAlarms', 'AWS::SNS::Topic');
    const names = alarmIds(deployed).map((id) => deployed.resources[id]?.physical ?? id);
    const alarms = await describeAlarms(aws, names);
    assert.deepEqual(
      alarms.map(({ AlarmName, AlarmActions, OKActions }) => [AlarmName, AlarmActions, OKActions]).sort(),
      names.map((name) => [name, [topic], [topic]]).sort(),
    );
    assert.ok(names.length >= 6, `There are ${names.length} alarms.`);
    return `${names.length} alarms`;
  },

  'the dashboard is there, and names the table': async ({ aws, deployed }) => {
    const name = deployed.physical('QueueDashboard', 'AWS::CloudWatch::Dashboard');
    const body = await dashboardBody(aws, name);
    assert.ok(JSON.parse(body).widgets.length >= 15, 'It has fewer than 15 widgets.');
    assert.ok(body.includes(tableOf(deployed)), 'It does not name the table.');
    assert.ok(!body.includes('Fn::'), 'It has names that were not resolved.');
  },

  'npm run keys lists the keys that it made': async ({ keys, tag }) => {
    const labels = (await keys('list')).split('\n').map((line) => line.split('  ').at(-1));
    assert.deepEqual(labels.filter((label) => label?.startsWith(tag)).sort(), [tag, `${tag}-weak`]);
  },
};

export const lastChecks: StageChecks = {
  'there are no dead letters': async ({ aws, deployed }) => {
    const letters = deployed.physical('QueueDueDeadLetters', 'AWS::SQS::Queue');
    assert.equal((await queueAttributes(aws, letters)).ApproximateNumberOfMessages, '0');
  },

  'no attempt was made twice': async ({ receiver }) => {
    const attempts = receiver.calls.map(({ key, attempt, path }) => `${path} ${key} attempt ${attempt}`);
    assert.deepEqual(
      attempts.filter((one, index) => attempts.indexOf(one) < index),
      [],
    );
    assert.ok(attempts.length > 0, 'The receiver was not called.');
    return `${attempts.length} calls`;
  },
};

/** Returns the logical ids of the alarms in the template that was deployed. */
function alarmIds({ template }: Deployment): readonly string[] {
  return Object.entries(template.Resources).flatMap(([id, { Type }]) =>
    Type === 'AWS::CloudWatch::Alarm' ? [id] : [],
  );
}

export function tableOf(deployed: Deployment): string {
  return deployed.physical('QueueEvents', 'AWS::DynamoDB::GlobalTable');
}
