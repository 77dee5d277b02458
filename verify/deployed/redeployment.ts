import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventAnswer } from '../../api/event-answer.ts';
import type { Checks } from '../shared/verdicts.ts';
import type { Aws } from './aws.ts';
import type { Deployer } from './deployment.ts';
import { calledInTime, publishLater, SENT_BY_DISPATCHER } from './due-checks.ts';
import { publishMany } from './many-checks.ts';
import { tableOf } from './stack-checks.ts';
import { keysCommand, type Stage } from './stage.ts';

const SHARDS = 8;
/** The seconds after which all functions have read a key again, which is at most 30 s, and one second more. */
const KEY_FORGOTTEN = 31;
/** The seconds within which a deployment to an emulator ends. */
const DEPLOYED_WITHIN = 100;

export type Redeployed = {
  readonly before: Stage;
  readonly stage: Stage;
  /** An event that was published before the redeployment. */
  readonly event: EventAnswer;
};

/** Publishes a delayed event, and then deploys the stack with more shards. */
export async function redeploy(before: Stage, deployer: Deployer): Promise<Redeployed> {
  const event = await publishLater(before, '/across', SENT_BY_DISPATCHER);
  const deployed = await deployer.deploy({ shards: SHARDS });
  return { before, event, stage: { ...before, deployed, keys: keysCommand(deployed, deployer) } };
}

export const redeploymentChecks: Checks<Redeployed> = {
  'a redeployment keeps the address and the table': async ({ before, stage }) => {
    assert.equal(stage.deployed.status, 'UPDATE_COMPLETE');
    assert.equal(stage.deployed.outputs.Url, before.deployed.outputs.Url);
    assert.equal(tableOf(stage.deployed), tableOf(before.deployed));
  },

  [`after a redeployment with ${SHARDS} shards, events are spread over all of them, and called`]: async ({ stage }) => {
    const events = await publishMany(stage, 60, '/spread', `${stage.tag}-spread`, { call_url_after: 3 });
    const shards = new Set(events.map(({ key }) => Number.parseInt(key.split('-')[1]?.slice(0, 2) ?? '', 16)));
    assert.ok(shards.size > SHARDS / 2 && Math.max(...shards) < SHARDS, `The shards are ${[...shards].join(', ')}.`);
    const ends = await Promise.all(events.map((event) => stage.queue.finished(event)));
    assert.deepEqual([...new Set(ends.map(({ status }) => status))], ['success']);
  },

  'an event of before the redeployment is called after it, in time': ({ stage, event }) => calledInTime(stage, event),

  'a key that was revoked is refused after 30 s': async ({ stage: { queue, keys, weakKey, tag } }) => {
    const weak = (await keys('list')).split('\n').find((line) => line.endsWith(`${tag}-weak`)) ?? '';
    const [id = ''] = weak.split(' ');
    const ask = async () => (await queue.api('GET', '/events/count', undefined, { 'x-api-key': weakKey })).status;
    assert.equal(await ask(), 200);
    await keys('revoke', id);
    await sleep(KEY_FORGOTTEN * 1_000);
    assert.equal(await ask(), 401);
  },
};

export type Restored = {
  readonly before: Stage;
  readonly stage: Stage;
  readonly table: string;
  readonly event: EventAnswer;
};

/**
 * Publishes a delayed event, copies the table as a restoration from a backup does, and deploys the stack with the copy.
 * The table is copied because the emulator does not retain it when the stack is deleted.
 */
export async function restore(before: Stage, deployer: Deployer): Promise<Restored> {
  const event = await publishLater(before, '/kept', DEPLOYED_WITHIN);
  const table = await copyOf(before.aws, tableOf(before.deployed));
  const deployed = await deployer.deploy({ restoredTable: table });
  return { before, table, event, stage: { ...before, deployed, keys: keysCommand(deployed, deployer) } };
}

export const restorationChecks: Checks<Restored> = {
  'the template keeps the table when the stack is deleted': async ({ before }) => {
    const tables = Object.values(before.deployed.template.Resources).filter(({ Type }) => Type.endsWith('GlobalTable'));
    assert.deepEqual(
      tables.map(({ DeletionPolicy }) => DeletionPolicy),
      ['Retain'],
    );
  },

  'a restored table takes the place of the first': async ({ stage, table }) => {
    assert.equal(stage.deployed.status, 'UPDATE_COMPLETE');
    assert.ok(stage.deployed.outputs.FirstKey?.includes(table), 'The output FirstKey names another table.');
  },

  'the keys of a restored table are good, and its events are called in time': async ({ stage, event }) => {
    const remark = await calledInTime(stage, event);
    assert.equal((await stage.queue.finished(event)).status, 'success');
    return remark;
  },
};

type Page = { readonly Items: readonly object[]; readonly LastEvaluatedKey?: object };

async function copyOf(aws: Aws, name: string): Promise<string> {
  const ask = <Answer>(action: string, input: object) =>
    aws.json<Answer>('dynamodb', `DynamoDB_20120810.${action}`, input);
  const { Table } = await ask<{ Table: Record<string, object> }>('DescribeTable', { TableName: name });
  const copy = `${name.slice(0, 40)}-restored`;
  const { AttributeDefinitions, KeySchema } = Table;
  await ask('CreateTable', { TableName: copy, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' });
  for (let from: object | undefined; ; ) {
    const { Items, LastEvaluatedKey } = await ask<Page>('Scan', {
      TableName: name,
      ...(from && { ExclusiveStartKey: from }),
    });
    for (const Item of Items) await ask('PutItem', { TableName: copy, Item });
    if (LastEvaluatedKey === undefined) return copy;
    from = LastEvaluatedKey;
  }
}
