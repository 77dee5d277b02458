import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const rules = [
  ['core', '../api/problem.ts', 'refuses'],
  ['core', '../adapters/coalesce.ts', 'refuses'],
  ['core', 'node:crypto', 'refuses'],
  ['core', '@aws-sdk/client-sqs', 'refuses'],
  ['core', './event.ts', 'allows'],
  ['core', 'zod', 'allows'],
  ['api', '../adapters/coalesce.ts', 'refuses'],
  ['api', '../local/gateway.ts', 'refuses'],
  ['api', '@aws-sdk/client-sqs', 'refuses'],
  ['api', '../core/queue.ts', 'allows'],
  ['adapters', '../api/problem.ts', 'refuses'],
  ['adapters', '../local/gateway.ts', 'refuses'],
  ['adapters', '../core/ports.ts', 'allows'],
  ['local', '../bench/main.ts', 'refuses'],
  ['local', '../test/consumed-capacity.ts', 'refuses'],
  ['local', './main.ts', 'refuses'],
  ['local', '../api/http-api.ts', 'allows'],
  ['local', '../lambdas/publish.ts', 'refuses'],
  ['local', './keys.ts', 'refuses'],
  ['local', '../site/pages.ts', 'allows'],
  ['site', '../api/problem.ts', 'refuses'],
  ['lib', '../core/queue.ts', 'refuses'],
  ['lib', '../lambdas/publish.ts', 'refuses'],
  ['lib', '../api/routes.ts', 'allows'],
  ['lib', '../lambdas/runtime/environment.ts', 'allows'],
  ['lambdas', '../local/gateway.ts', 'refuses'],
  ['lambdas', './publish.ts', 'refuses'],
  ['lambdas', '../api/http-api.ts', 'allows'],
  ['lambdas', './runtime/open-runtime.ts', 'allows'],
  ['lambdas/runtime', '../../adapters/coalesce.ts', 'allows'],
  ['lambdas/runtime', './environment.ts', 'allows'],
  ['lib', '../lambdas/runtime/metric-names.ts', 'allows'],
  ['lib', '../lambdas/runtime/telemetry.ts', 'refuses'],
  ['lib', '../site/package-files.ts', 'allows'],
  ['lib', '../site/pages.ts', 'refuses'],
  ['lambdas/runtime', '../../local/gateway.ts', 'refuses'],
  ['bench', '../local/main.ts', 'refuses'],
  ['test', '../bench/first.ts', 'refuses'],
  ['test', '../bench/workers/local-process.ts', 'allows'],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'layering-'));
let refused = '';

beforeAll(() => {
  copyFileSync(join(PROJECT, 'biome.json'), join(folder, 'biome.json'));
  rules.forEach(([layer, imported], number) => {
    const path = join(folder, fileOf(layer, number));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import { x } from '${imported}';\nexport const y = x;\n`);
  });
  const command = ['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', '--max-diagnostics=none', '.'];
  refused = spawnSync(join(PROJECT, 'node_modules/.bin/biome'), command, { cwd: folder, encoding: 'utf8' }).stderr;
});

afterAll(() => rmSync(folder, { recursive: true }));

test.each(rules.map((rule, number) => [...rule, number] as const))(
  'the linter, for a file in %s that imports %s, %s it',
  (layer, _imported, verdict, number) => {
    expect(refused.includes(`${fileOf(layer, number)}:`) ? 'refuses' : 'allows').toBe(verdict);
  },
);

test('core asks for no time and no chance by itself', () => {
  const files = readdirSync(join(PROJECT, 'core')).map((file) => readFileSync(join(PROJECT, 'core', file), 'utf8'));
  expect(files.filter((code) => /Date\.now|new Date\b(?!\(\w)|Math\.random|\brandomUUID\b/.test(code))).toEqual([]);
});

function fileOf(layer: string, number: number): string {
  return `${layer}/file-${number}.ts`;
}
