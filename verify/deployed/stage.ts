import type { Checks } from '../shared/verdicts.ts';
import type { Aws } from './aws.ts';
import type { Deployer, Deployment } from './deployment.ts';
import { type QueueClient, queueClient } from './queue-client.ts';
import type { StageReceiver } from './receiver.ts';

/** A deployed queue that is checked, and a receiver for its calls. */
export type Stage = {
  readonly aws: Aws;
  readonly receiver: StageReceiver;
  readonly deployed: Deployment;
  readonly queue: QueueClient;
  /** A key with the scope read only. Its label is the tag and `-weak`. */
  readonly weakKey: string;
  /** Runs `npm run keys` with the table and the region of the output FirstKey, and resolves with what it printed. */
  keys(...args: readonly string[]): Promise<string>;
  /** A text that differs in each run, so that events of another run are not found. */
  readonly tag: string;
};

export type StageChecks = Checks<Stage>;

type Given = { readonly aws: Aws; readonly receiver: StageReceiver; readonly deployer: Deployer };

/** Makes keys by the command in the output FirstKey of the stack, and resolves with everything that checks need. */
export async function openStage(deployed: Deployment, { aws, receiver, deployer }: Given): Promise<Stage> {
  const keys = keysCommand(deployed, deployer);
  const tag = `check-${Date.now()}`;
  const apiKey = secretIn(await keys('create', '--label', tag, '--scopes', 'publish,read,manage,admin'));
  const weakKey = secretIn(await keys('create', '--label', `${tag}-weak`, '--scopes', 'read'));
  const queue = queueClient(aws, new URL(deployed.outputs.Url ?? '').host, apiKey);
  return { aws, receiver, deployed, queue, weakKey, keys, tag };
}

export function keysCommand({ outputs }: Deployment, deployer: Deployer): Stage['keys'] {
  const [, ...place] = /(--table) (\S+) (--region) (\S+)/.exec(outputs.FirstKey ?? '') ?? [];
  if (place.length === 0) throw new Error(`The output FirstKey names no table and region: ${outputs.FirstKey}`);
  return (...args) => deployer.run('npm', ['run', '--silent', 'keys', '--', ...args, ...place]);
}

function secretIn(printed: string): string {
  const [secret] = /eq_\S+/.exec(printed) ?? [];
  if (secret === undefined) throw new Error(`npm run keys printed no key: ${printed}`);
  return secret;
}
