import type { Verdicts } from '../shared/verdicts.ts';
import { type Aws, awsProtocols } from './aws.ts';
import { callChecks } from './call-checks.ts';
import { changeChecks } from './change-checks.ts';
import { type Deployer, type Deployment, openDeployer } from './deployment.ts';
import { dueChecks } from './due-checks.ts';
import { keyChecks } from './key-checks.ts';
import { manyChecks } from './many-checks.ts';
import { pageChecks, refusalChecks } from './page-checks.ts';
import { pauseChecks } from './pause-checks.ts';
import { openReceiver, type StageReceiver } from './receiver.ts';
import { redeploy, redeploymentChecks, restorationChecks, restore } from './redeployment.ts';
import { scheduleChecks } from './schedule-checks.ts';
import { lastChecks, stackChecks } from './stack-checks.ts';
import { openStage, type Stage } from './stage.ts';
import { telemetryChecks } from './telemetry-checks.ts';
import { deployEarlier, type Upgraded, upgradeChecks } from './upgrade.ts';

export type CheckOptions = {
  readonly endpoint: string;
  /** The folder for templates, bundles and other temporary files. */
  readonly folder: string;
  /** The commit that is deployed first and then upgraded. If it is undefined, there is no upgrade. */
  readonly from: string | undefined;
};

type Given = {
  readonly aws: Aws;
  readonly receiver: StageReceiver;
  readonly deployer: Deployer;
  readonly folder: string;
};

/** Deploys the stack, runs the checks whose names were asked for, and deletes the stack. */
export async function checkDeployed({ endpoint, folder, from }: CheckOptions, verdicts: Verdicts): Promise<void> {
  const aws = awsProtocols(endpoint);
  const receiver = await openReceiver();
  // Each run has a stack name of its own, so that it does not meet resources that other runs have left on the emulator.
  const stackName = `EventQueue-${Date.now().toString(36)}`;
  const deployer = await openDeployer({ aws, endpoint, folder, stackName });
  const given = { aws, receiver, deployer, folder };
  try {
    const earlier = from === undefined ? undefined : await deployEarlier(from, given);
    const stage = await checkFirst(given, earlier, verdicts);
    await checkLater(await checkRedeployed(stage, given, verdicts), given, verdicts);
  } finally {
    receiver.close();
    await deployer.destroy();
  }
}

async function checkFirst(given: Given, earlier: Upgraded | undefined, verdicts: Verdicts): Promise<Stage> {
  const deployed = await given.deployer.deploy();
  noteGaps(deployed, verdicts);
  const stage = await openStage(deployed, given);
  const waiting = [verdicts.checkTogether(dueChecks, stage), verdicts.checkTogether(scheduleChecks, stage)];
  if (earlier !== undefined) waiting.push(verdicts.checkTogether(upgradeChecks, earlier));
  for (const checks of [stackChecks, pageChecks, refusalChecks, keyChecks, callChecks, manyChecks, changeChecks])
    await verdicts.checkAll(checks, stage);
  await Promise.all(waiting);
  await verdicts.checkAll(telemetryChecks, stage);
  await verdicts.checkAll(pauseChecks, stage);
  return stage;
}

async function checkRedeployed(stage: Stage, { deployer }: Given, verdicts: Verdicts): Promise<Stage> {
  if (!verdicts.wants(redeploymentChecks)) return stage;
  const redeployed = await redeploy(stage, deployer);
  await verdicts.checkTogether(redeploymentChecks, redeployed);
  return redeployed.stage;
}

async function checkLater(stage: Stage, { deployer }: Given, verdicts: Verdicts): Promise<void> {
  if (verdicts.wants(restorationChecks))
    await verdicts.checkTogether(restorationChecks, await restore(stage, deployer));
  await verdicts.checkAll(lastChecks, stage);
}

/** Prints the gaps of the emulator. Code that fills a gap can be removed once a later version no longer has the gap. */
function noteGaps({ leftOut, filled }: Deployment, { note }: Verdicts): void {
  if (leftOut.length > 0)
    note(`The emulator refuses alarms over an expression, and metric filters: ${leftOut.join(', ')}.`);
  if (filled.length > 0) note(`The emulator left this out, and it was set by hand: ${filled.join(', ')}.`);
}
