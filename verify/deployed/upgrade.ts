import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventAnswer } from '../../api/event-answer.ts';
import type { Checks } from '../shared/verdicts.ts';
import { type Deployer, PROJECT } from './deployment.ts';
import { calledInTime, publishLater, SENT_BY_DISPATCHER } from './due-checks.ts';
import { eventFor } from './many-checks.ts';
import type { Stage } from './stage.ts';
import { openStage } from './stage.ts';
import { until } from './until.ts';

const execute = promisify(execFile);

/** A stage of an earlier version, and events that this version has accepted. */
export type Upgraded = {
  readonly before: Stage;
  readonly soon: EventAnswer;
  readonly later: EventAnswer;
  /** An event that has failed once when the next version is deployed. */
  readonly failing: EventAnswer;
};

type Given = Pick<Stage, 'aws' | 'receiver'> & { readonly deployer: Deployer; readonly folder: string };

/** Deploys an earlier version of the project, and publishes events that are due after the upgrade. */
export async function deployEarlier(commit: string, { folder, deployer, ...given }: Given): Promise<Upgraded> {
  const deployed = await deployer.deploy({}, await checkoutOf(commit, folder));
  const before = await openStage(deployed, { ...given, deployer });
  const { receiver, queue } = before;
  const failing = await queue.publish({ ...eventFor(before, '/fail/1'), retry_delay: 90, max_try_count: 2 });
  await until('the first attempt of the earlier version', 30, () => receiver.of(failing.key).length === 1);
  const [soon, later] = [
    await publishLater(before, '/soon', 90),
    await publishLater(before, '/later', SENT_BY_DISPATCHER),
  ];
  return { before, soon, later, failing };
}

/** Extracts the tracked files of a commit to a folder, and adds the packages of this checkout. */
async function checkoutOf(commit: string, folder: string): Promise<string> {
  const [archive, checkout] = [join(folder, 'earlier.tar'), join(folder, 'earlier')];
  await execute('git', ['-C', PROJECT, 'archive', '--output', archive, commit]);
  await mkdir(checkout);
  await execute('tar', ['-x', '-f', archive, '-C', checkout]);
  await symlink(join(PROJECT, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

/** The checks of the version that was deployed over the earlier one. */
export const upgradeChecks: Checks<Upgraded> = {
  'a key of the earlier version is good after the upgrade': async ({ before: { queue } }) => {
    assert.equal((await queue.api('GET', '/events/count')).status, 200);
  },

  'an event of the earlier version, sent by publish, is called after the upgrade in time': ({ before, soon }) =>
    calledInTime(before, soon),

  'an event of the earlier version, sent by the dispatcher, is called after the upgrade in time': ({ before, later }) =>
    calledInTime(before, later),

  'an event that failed under the earlier version is tried again after the upgrade': async ({ before, failing }) => {
    await until('its second attempt', 180, () => before.receiver.of(failing.key).length === 2);
    const { status, try_count } = await before.queue.finished(failing);
    assert.deepEqual([status, try_count], ['success', 2]);
  },
};
