import { strict as assert } from 'node:assert';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { manifest } from '../../package/manifest.ts';
import { PROJECT } from '../../package/project.ts';
import type { Checks } from '../shared/verdicts.ts';
import type { PackedPackage, Project } from './packed-package.ts';

const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
/** Without a network, the CDK would wait for news of itself. */
const QUIETLY = ['--quiet', '--no-notices', '--no-version-reporting'];

/** An app with one queue. Its text is both TypeScript and JavaScript. */
const APP = `import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { EventQueue } from 'http-event-queue/cdk';

const stack = new Stack(new App(), 'Shop');
const queue = new EventQueue(stack, 'Mails', { maxTimeoutSeconds: 30, corsOrigins: ['https://shop.example.com'] });
new CfnOutput(stack, 'Url', { value: queue.url });
`;

/** Lines of TypeScript that use what the declarations say. The second one is wrong. */
const TYPED = `
const props: EventQueueProps = { shards: 8, throttling: { rateLimit: 10, burstLimit: 20 } };
// @ts-expect-error There is no such prop.
const wrong: EventQueueProps = { shard: 8 };
export const used = [props, wrong, queue.publishFunction.functionArn, queue.logGroupNames.Deliver];
`;
const TYPED_APP = APP.replace('{ EventQueue }', '{ EventQueue, type EventQueueProps }') + TYPED;

const { devDependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'));

export const constructChecks: Checks<PackedPackage> = {
  async 'a project of cdk init compiles without skipLibCheck, and has the template of the repository'(packed) {
    const project = await packed.project();
    await rm(join(project.folder, 'package.json'));
    await project.run('node', CDK, 'init', 'app', '--language', 'typescript', '--generate-only');
    await project.install('--save-exact', packed.tarball, `aws-cdk-lib@${devDependencies['aws-cdk-lib']}`);
    const [main = ''] = await readdir(join(project.folder, 'bin'));
    await project.write(`bin/${main}`, TYPED_APP);
    const config = await readFile(join(project.folder, 'tsconfig.json'), 'utf8');
    await project.write('tsconfig.json', config.replace('"skipLibCheck": true', '"skipLibCheck": false'));
    await project.run('npx', 'tsc');
    await project.run('npx', 'cdk', 'synth', ...QUIETLY, '--output', 'packaged');
    await synthesizeOfRepository(project, 'repository');
    const [packaged, repository] = await Promise.all(['packaged', 'repository'].map((out) => templateIn(project, out)));
    assert.deepEqual(packaged, repository);
  },

  async 'a JavaScript project with the oldest CDK has the same resources, without a bundler'(packed) {
    const { 'aws-cdk-lib': cdk, constructs } = manifest().peerDependencies;
    return onlyJavaScript(packed, [`aws-cdk-lib@${lowest(cdk)}`, `constructs@${lowest(constructs)}`, 'typescript@5.9']);
  },

  async 'a JavaScript project with the newest CDK has the same resources, without a bundler'(packed) {
    return onlyJavaScript(packed, ['aws-cdk-lib@2', 'constructs@10', 'typescript@7']);
  },

  async 'a project without the CDK gets no peer of the construct'({ tarball, project }) {
    const { folder, install } = await project();
    await install(tarball);
    assert.deepEqual(
      (await readdir(join(folder, 'node_modules'))).filter((name) => /cdk|constructs/.test(name)),
      [],
    );
  },
};

/** Synthesizes the app in JavaScript, and compares its resources to those of the repository. */
async function onlyJavaScript(packed: PackedPackage, packages: readonly string[]): Promise<string> {
  const project = await packed.project({ type: 'module' });
  await project.install(packed.tarball, ...packages, `@types/node@${devDependencies['@types/node']}`);
  assert.ok(!(await readdir(join(project.folder, 'node_modules'))).includes('esbuild'));
  await project.write('app.js', APP);
  await project.write('typed.ts', TYPED_APP);
  const strictly = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  await project.run('npx', 'tsc', '--noEmit', ...strictly, 'typed.ts');
  await synthesize(project, 'node app.js', 'packaged');
  await synthesizeOfRepository(project, 'repository');
  const [packaged, repository] = await Promise.all(['packaged', 'repository'].map((out) => templateIn(project, out)));
  assert.deepEqual(kindsIn(packaged), kindsIn(repository));
  assert.deepEqual(codeIn(packaged), codeIn(repository));
  const installed = JSON.parse(await project.run('npm', 'ls', '--json')).dependencies;
  return ['aws-cdk-lib', 'constructs', 'typescript'].map((name) => `${name} ${installed[name].version}`).join(', ');
}

/** Synthesizes the same app with the construct and the CDK of the repository, and with the context of the project. */
async function synthesizeOfRepository(project: Project, out: string): Promise<void> {
  const app = APP.replace("'aws-cdk-lib'", `'${PROJECT}node_modules/aws-cdk-lib/index.js'`);
  await project.write('repository.mjs', app.replace("'http-event-queue/cdk'", `'${PROJECT}lib/event-queue.ts'`));
  await synthesize(project, 'node repository.mjs', out);
}

async function synthesize(project: Project, app: string, out: string): Promise<void> {
  await project.run('node', CDK, 'synth', ...QUIETLY, '--app', app, '--output', out);
}

type Template = { readonly Resources: Readonly<Record<string, Resource>> };
type Resource = {
  readonly Type: string;
  readonly Metadata?: Record<string, unknown>;
  readonly Properties?: { readonly Code?: unknown };
};

/**
 * Resolves with the template of a synthesis. It leaves out that the CDK bundled the code of a function, which is true
 * of the repository alone. Everything else is compared, and with it the hashes of the functions' code.
 */
async function templateIn({ folder }: Project, out: string): Promise<Template> {
  const template: Template = JSON.parse(await readFile(join(folder, out, 'Shop.template.json'), 'utf8'));
  for (const { Metadata } of Object.values(template.Resources)) delete Metadata?.['aws:asset:is-bundled'];
  return template;
}

function kindsIn(template: Template | undefined): Readonly<Record<string, string>> {
  const kinds = Object.entries(template?.Resources ?? {}).map(([id, { Type }]) => [id, Type]);
  return Object.fromEntries(kinds);
}

function codeIn(template: Template | undefined): readonly unknown[] {
  const functions = Object.values(template?.Resources ?? {}).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  return functions.map(({ Properties }) => Properties?.Code);
}

/** Returns the lowest version of a range. */
function lowest(range: string): string {
  return /\d+\.\d+\.\d+/.exec(range)?.[0] ?? range;
}
