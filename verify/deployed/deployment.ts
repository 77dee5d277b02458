import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Aws, awsEnvironment, BOOTSTRAPPED } from './aws.ts';
import type { DeployedAppContext } from './deployed-app.ts';
import { fillGaps, withoutRefused } from './emulator-gaps.ts';
import { describeStack, physicalName, type Stack, type Template } from './stack.ts';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const BIN = join(PROJECT, 'node_modules/.bin');
const APP = fileURLToPath(new URL('deployed-app.ts', import.meta.url));
const MOST_PRINTED = 64 * 1_024 * 1_024;
/** The characters at the end of the output of a failed command that are shown. The reason is among them. */
const MOST_OF_A_FAILURE = 1_000;

export type Deployment = Stack & {
  /** The template as AWS would get it. `template` is the one that the emulator accepted. */
  readonly wholeTemplate: Template;
  /** The resources that the emulator refuses. */
  readonly leftOut: readonly string[];
  /** The settings that the emulator ignored, and that were made by other requests. */
  readonly filled: readonly string[];
  /** Returns the name that AWS gave to the resource of that type whose logical id begins with `start`. */
  physical(start: string, type: string): string;
};

export type Deployer = Awaited<ReturnType<typeof openDeployer>>;

type Options = { readonly aws: Aws; readonly endpoint: string; readonly folder: string; readonly stackName: string };

/** Returns a deployer, which uses the CDK as `npm run deploy` does and writes all files to the folder. */
export async function openDeployer({ aws, endpoint, folder, stackName }: Options) {
  const env = environmentFor(endpoint, folder);
  let count = 0;
  let before: Template | undefined;

  async function run(program: string, args: readonly string[], cwd = PROJECT): Promise<string> {
    const running = promisify(execFile)(program, [...args], { cwd, env, maxBuffer: MOST_PRINTED });
    const { stdout } = await running.catch(({ stdout: printed = '', stderr = '' }) => {
      throw new Error(`${program} ${args[0]} failed: ${`${printed}${stderr}`.trim().slice(-MOST_OF_A_FAILURE)}`);
    });
    return stdout;
  }

  const cdk = (checkout: string, ...args: readonly string[]) => run(join(BIN, 'cdk'), args, checkout);
  // Outside of the project: there it would bundle the app first.
  await cdk(folder, 'bootstrap', BOOTSTRAPPED);

  return {
    run,

    async deploy(settings: Omit<DeployedAppContext, 'checkout' | 'stackName'> = {}, checkout = PROJECT) {
      const context: DeployedAppContext = { ...settings, checkout, stackName };
      const out = join(folder, `out-${++count}`);
      const app = ['--app', `node ${APP}`, '--context', `deployed=${JSON.stringify(context)}`];
      await cdk(checkout, 'synth', '--quiet', ...app, '--output', out);
      const leftOut = await withoutRefused(out, `${out}-taken`, before);
      await cdk(checkout, 'deploy', stackName, '--app', `${out}-taken`, '--require-approval', 'never');
      const stack = await describeStack(aws, stackName);
      const wholeTemplate = JSON.parse(await readFile(join(out, `${stackName}.template.json`), 'utf8')) as Template;
      before = stack.template;
      const filled = await fillGaps(aws, wholeTemplate, stack.resources);
      const physical = (start: string, type: string) => physicalName(stack, start, type);
      return { ...stack, wholeTemplate, leftOut, filled, physical } satisfies Deployment;
    },

    /** Starts the deletion of the stack, and does not wait for its end. */
    destroy: () => aws.cloudFormation('DeleteStack', { StackName: stackName }),
  };
}

/**
 * Returns the environment of the CDK and the commands. It contains no credentials and no settings of the user, so that
 * they can reach nothing but the emulator.
 */
function environmentFor(endpoint: string, folder: string): NodeJS.ProcessEnv {
  const { AWS_PROFILE, AWS_SESSION_TOKEN, NODE_OPTIONS, ...others } = process.env;
  return {
    ...others,
    ...awsEnvironment(endpoint),
    HOME: folder,
    PATH: `${BIN}:${others.PATH}`,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NO_COLOR: '1',
  };
}
