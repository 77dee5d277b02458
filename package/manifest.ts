import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OLDEST_NODE } from './bundle-modules.ts';
import { COMMAND, entries, fileOf } from './entries.ts';
import { PROJECT } from './project.ts';

/**
 * The versions of the CDK that the construct works with. 2.252.0 is the first one with acknowledgements of `Validations`. `npm run release`
 * tries the oldest and the newest.
 */
const peerDependencies = { 'aws-cdk-lib': '>=2.252.0 <3', constructs: '^10.5.0' } as const;

/** Returns the package.json of the npm package. The version and the description are those of the repository. */
export function manifest() {
  const { version, description, license } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const exported = entries.map((entry) => [
    entry.subpath,
    { types: `./${fileOf(entry, '.d.ts')}`, default: `./${fileOf(entry, '.js')}` },
  ]);
  const optional = Object.keys(peerDependencies).map((name) => [name, { optional: true }]);
  return {
    name: 'http-event-queue',
    version,
    description,
    keywords: ['queue', 'webhooks', 'http', 'events', 'retries', 'delayed-jobs', 'serverless', 'aws-cdk', 'sqlite'],
    license,
    type: 'module',
    engines: { node: `>=${OLDEST_NODE}` },
    bin: { 'http-event-queue': COMMAND.file },
    exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
    files: [...entries.map(({ folder }) => folder), COMMAND.folder, 'functions', 'docs', '*.md', '*.txt'],
    sideEffects: [`./${COMMAND.folder}/*.js`],
    peerDependencies,
    peerDependenciesMeta: Object.fromEntries(optional),
  };
}
