import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const runFile = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** The bytes that a bundle may print before its process is killed. */
const MOST_PRINTED = 16 * 1_024 * 1_024;
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');

export type Bundle = {
  readonly path: string;
  /** The value of `NODE_OPTIONS` with which Lambda runs the bundle. */
  readonly nodeOptions: string;
};

/** The bundles of the deployed functions, by the names of the functions in the stack. */
export type Bundles = Readonly<Record<'Publish' | 'Read' | 'Manage' | 'Site' | 'Dispatch' | 'Deliver', Bundle>>;

/**
 * Makes the template and the bundles as a deployment does. The CDK gets no credentials and no user settings, and does
 * not validate the template, which takes seconds.
 */
export async function synthesize(to: string): Promise<{ readonly template: string; readonly bundles: Bundles }> {
  const path = `${join(PROJECT, 'node_modules/.bin')}:${process.env.PATH}`;
  const env = { PATH: path, HOME: to, CDK_VALIDATION: 'false' };
  await runFile(process.execPath, [CDK, 'synth', '--quiet', '--output', to], { cwd: PROJECT, env });
  const template = readFileSync(join(to, 'EventQueue.template.json'), 'utf8');
  const { Resources } = JSON.parse(template) as { Resources: Record<string, Resource> };
  const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  const bundles = functions.map(([id, { Metadata, Properties }]) => [
    /^Queue([A-Z][a-z]+)Function/.exec(id)?.[1] ?? id,
    {
      path: join(to, Metadata['aws:asset:path'], 'index.js'),
      nodeOptions: Properties.Environment.Variables.NODE_OPTIONS,
    },
  ]);
  return { template, bundles: Object.fromEntries(bundles) };
}

/** Bundles a file of this project and what it imports into one file, as it is done for the functions. */
export async function bundleOf(file: string, to: string): Promise<Bundle> {
  const path = join(to, `${basename(file, '.ts')}.js`);
  await build({
    entryPoints: [file],
    outfile: path,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  return { path, nodeOptions: '' };
}

type Resource = {
  readonly Type: string;
  readonly Metadata: { readonly 'aws:asset:path': string };
  readonly Properties: { readonly Environment: { readonly Variables: { readonly NODE_OPTIONS: string } } };
};

/** A program that loads a bundle as Lambda does, and prints the milliseconds that this took. */
const LOAD = `
const from = performance.now();
require(process.argv[1]);
process.stdout.write(String(performance.now() - from), () => process.exit(0));
`;

/** Resolves with the milliseconds in which a new process loads a bundle. */
export async function loadTime(bundle: Bundle, environment: Readonly<Record<string, string>>): Promise<number> {
  return Number(await evaluated(LOAD, bundle, [], environment));
}

/**
 * A program that invokes a bundle with one event after the other, on a clock that is `ahead` milliseconds fast, and
 * prints the answers in JSON.
 */
const RUN = `
const [, bundle, events, ahead] = process.argv;
const now = Date.now;
Date.now = () => now() + Number(ahead);
const { handler } = require(bundle);
const context = { getRemainingTimeInMillis: () => 60_000 };
const answerAll = async () => {
  const answers = [];
  for (const event of JSON.parse(events)) answers.push((await handler(event, context)) ?? null);
  process.stdout.write('\\n' + JSON.stringify(answers), () => process.exit(0));
};
answerAll();
`;

type Invocation = {
  readonly environment: Readonly<Record<string, string>>;
  readonly event: object;
  /** The milliseconds by which the clock of the bundle is fast. The default is 0. */
  readonly ahead?: number;
};

/** Invokes a bundle once in a new process, and resolves with the answer of its handler. */
// biome-ignore lint/suspicious/noExplicitAny: Each handler has an answer of its own type.
export async function invoke(bundle: Bundle, { event, ...surroundings }: Invocation): Promise<any> {
  const [answer] = await invokeInTurn(bundle, { events: [event], ...surroundings });
  return answer;
}

type Invocations = Omit<Invocation, 'event'> & { readonly events: readonly object[] };

/** Invokes a bundle with one event after the other in one new process, and resolves with the answers of its handler. */
export async function invokeInTurn(
  bundle: Bundle,
  { environment, events, ahead = 0 }: Invocations,
  // biome-ignore lint/suspicious/noExplicitAny: Each handler has an answer of its own type.
): Promise<readonly any[]> {
  const printed = await evaluated(RUN, bundle, [JSON.stringify(events), String(ahead)], environment);
  return JSON.parse(printed.split('\n').at(-1) ?? '');
}

/**
 * A program that invokes a bundle with each event of a file, one after the other. It prints the milliseconds, and those
 * of a processor, that an invocation of the second half took on average. The first half warms the process up.
 */
const RUN_ALL = `
const [, bundle, file] = process.argv;
const now = Date.now;
let aheadNow = 0;
Date.now = () => now() + aheadNow;
const { handler } = require(bundle);
const events = JSON.parse(require('node:fs').readFileSync(file, 'utf8'));
const context = { getRemainingTimeInMillis: () => 60_000 };
const half = events.length / 2;
const runAll = async (some) => {
  for (const { event, ahead } of some) {
    aheadNow = ahead;
    await handler(event, context);
  }
};
runAll(events.slice(0, half)).then(async () => {
  const used = process.cpuUsage();
  const from = performance.now();
  await runAll(events.slice(half));
  const { user, system } = process.cpuUsage(used);
  const found = { took: (performance.now() - from) / half, processor: (user + system) / 1_000 / half };
  process.stdout.write('\\n' + JSON.stringify(found), () => process.exit(0));
});
`;

/**
 * Invokes a bundle with all events in one process. Resolves with the milliseconds, and those of a processor, that an
 * invocation of the second half took on average.
 *
 * @param aheads the milliseconds by which the clock of the bundle is fast, for each event; 0 by default
 */
export async function invokeAgainAndAgain(
  bundle: Bundle,
  environment: Readonly<Record<string, string>>,
  events: readonly object[],
  aheads: readonly number[] = [],
): Promise<{ readonly took: number; readonly processor: number }> {
  const file = join(dirname(bundle.path), 'events.json');
  await writeFile(file, JSON.stringify(events.map((event, index) => ({ event, ahead: aheads[index] ?? 0 }))));
  const printed = await evaluated(RUN_ALL, bundle, [file], environment);
  return JSON.parse(printed.split('\n').at(-1) ?? '');
}

async function evaluated(
  code: string,
  { path, nodeOptions }: Bundle,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await runFile(process.execPath, ['--eval', code, path, ...args], {
    env: { ...environment, NODE_OPTIONS: nodeOptions },
    maxBuffer: MOST_PRINTED,
  });
  return stdout;
}
