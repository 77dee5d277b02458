import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const runFile = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');

/** Where the bundle of each function is, by its name in the stack. */
export type Bundles = Readonly<Record<'Publish' | 'Read' | 'Manage' | 'Site' | 'Dispatch' | 'Deliver', string>>;

/** The template's text and the bundles, made as a deployment makes them, without credentials and without a home. */
export async function synthesize(to: string): Promise<{ readonly template: string; readonly bundles: Bundles }> {
  const env = { PATH: `${join(PROJECT, 'node_modules/.bin')}:${process.env.PATH}`, HOME: to };
  await runFile(process.execPath, [CDK, 'synth', '--quiet', '--output', to], { cwd: PROJECT, env });
  const template = readFileSync(join(to, 'EventQueue.template.json'), 'utf8');
  const { Resources } = JSON.parse(template) as { Resources: Record<string, Resource> };
  const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  const bundles = functions.map(([id, { Metadata }]) => {
    const folder = join(to, Metadata?.['aws:asset:path'] ?? '');
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
    return [/^Queue([A-Z][a-z]+)Function/.exec(id)?.[1] ?? id, join(folder, file)];
  });
  return { template, bundles: Object.fromEntries(bundles) };
}

type Resource = { readonly Type: string; readonly Metadata?: Readonly<Record<string, string>> };

/** Loads a bundle as Lambda does, hands it one event, and prints what it answers: on a clock that is some milliseconds ahead. */
const RUN = `
const { performance } = await import('node:perf_hooks');
const [, bundle, event, ahead] = process.argv;
const now = Date.now;
Date.now = () => now() + Number(ahead);
const from = performance.now();
const { handler } = await import(bundle);
const loaded = performance.now() - from;
const answer = await handler(JSON.parse(event), { getRemainingTimeInMillis: () => 60_000 });
process.stdout.write(JSON.stringify({ loaded, answer: answer ?? null }), () => process.exit(0));
`;

type Invocation = {
  readonly environment: Readonly<Record<string, string>>;
  readonly event: object;
  /** Milliseconds. */
  readonly ahead?: number;
};

export type Invoked = {
  /** Milliseconds until the bundle was loaded. */
  readonly loaded: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a handler answers.
  readonly answer: any;
};

/** One invocation of a bundle in a fresh process. */
export async function invoke(bundle: string, { environment, event, ahead = 0 }: Invocation): Promise<Invoked> {
  const args = ['--input-type=module', '--eval', RUN, bundle, JSON.stringify(event), String(ahead)];
  const { stdout } = await runFile(process.execPath, args, { env: environment });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
