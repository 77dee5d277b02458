import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rooms } from '../verify/shared/rooms.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const rules = [
  ['core', '../api/problem.ts', 'refuses'],
  ['core', 'node:crypto', 'refuses'],
  ['core', '@aws-sdk/client-sqs', 'refuses'],
  ['core', 'zod', 'refuses'],
  ['core', './event/event.ts', 'allows'],
  ...['core/event', 'core/target', 'core/delivery', 'core/dispatch', 'core/query', 'core/schedules', 'core/manage'].map(
    (room) => [room, '../durations.ts', 'allows'] as const,
  ),
  ['core/event', '../target/target-url.ts', 'allows'],
  ['core/event', '../ports.ts', 'refuses'],
  ['core/event', '../delivery/claim.ts', 'refuses'],
  ['core/target', '../settings.ts', 'allows'],
  ['core/target', '../event/event.ts', 'refuses'],
  ['core/delivery', '../event/event.ts', 'allows'],
  ['core/delivery', '../ports.ts', 'allows'],
  ['core/delivery', '../dispatch/audit.ts', 'refuses'],
  ['core/delivery', '../manage/retrier.ts', 'refuses'],
  ['core/delivery', '../../api/problem.ts', 'refuses'],
  ['core/dispatch', '../delivery/claim.ts', 'allows'],
  ['core/dispatch', '../manage/retrier.ts', 'refuses'],
  ['core/dispatch', '../query/finder.ts', 'refuses'],
  ['core/query', '../event/event.ts', 'allows'],
  ['core/query', '../delivery/claim.ts', 'refuses'],
  ['core/schedules', '../event/event.ts', 'allows'],
  ['core/schedules', '../dispatch/dispatcher.ts', 'refuses'],
  ['core/manage', '../query/finder.ts', 'allows'],
  ['core/manage', '../dispatch/dispatcher.ts', 'refuses'],
  ['core/manage', 'node:crypto', 'refuses'],
  ['api', '../adapters/table.ts', 'refuses'],
  ['api', '../local/gateway.ts', 'refuses'],
  ['api', '@aws-sdk/client-sqs', 'refuses'],
  ['api', '../core/queue.ts', 'allows'],
  ['api/wire', '../../core/event/event.ts', 'allows'],
  ['api/wire', '../../adapters/table.ts', 'refuses'],
  ['api/pages', '../problem.ts', 'refuses'],
  ['api/pages', '../../core/queue.ts', 'refuses'],
  ['adapters', '../api/problem.ts', 'refuses'],
  ['adapters', '../local/gateway.ts', 'refuses'],
  ['adapters', '../core/ports.ts', 'allows'],
  ['local', '../verify/shared/local-process.ts', 'refuses'],
  ['local', '../test/support/consumed-capacity.ts', 'refuses'],
  ['local', './main.ts', 'refuses'],
  ['local', '../api/http-api.ts', 'allows'],
  ['local', '../lambdas/publish.ts', 'refuses'],
  ['local', '../api/pages/site.ts', 'allows'],
  ['lib', '../core/queue.ts', 'refuses'],
  ['lib', '../core/durations.ts', 'allows'],
  ['lib', '../lambdas/publish.ts', 'refuses'],
  ['lib', '../api/routes.ts', 'allows'],
  ['lib', '../lambdas/runtime/environment.ts', 'allows'],
  ['lib', '../lambdas/runtime/metric-names.ts', 'allows'],
  ['lib', '../lambdas/runtime/telemetry.ts', 'refuses'],
  ['lib', '../package/bundle-function.ts', 'allows'],
  ['lib', '../package/build-package.ts', 'refuses'],
  ['lib', '../api/pages/site.ts', 'refuses'],
  ['lambdas', '../local/gateway.ts', 'refuses'],
  ['lambdas', './publish.ts', 'refuses'],
  ['lambdas', '../api/http-api.ts', 'allows'],
  ['lambdas', './runtime/open-runtime.ts', 'allows'],
  ['lambdas/runtime', '../../adapters/dynamo-table.ts', 'allows'],
  ['lambdas/runtime', './environment.ts', 'allows'],
  ['lambdas/runtime', '../../local/gateway.ts', 'refuses'],
  ['console/state', '../../core/queue.ts', 'refuses'],
  ['console/parts', '../../api/event-answer.ts', 'refuses'],
  ['console/parts', '../../core/schedules/timing-words.ts', 'allows'],
  ['console/screens/event', '../../../core/schedules/timing.ts', 'allows'],
  ['console/parts', '../../core/schedules/time-zone.ts', 'refuses'],
  ['console/parts', '../state/api-types.ts', 'allows'],
  ['console/screens/event', '../../../api/event-answer.ts', 'refuses'],
  ['console/parts', 'node:fs', 'refuses'],
  ['local', '../console/bundle/bundle.ts', 'allows'],
  ['local', '../console/app.tsx', 'refuses'],
  ['package', '../local/run-command.ts', 'allows'],
  ['package', '../lib/event-queue.ts', 'refuses'],
  ['package', '../core/queue.ts', 'refuses'],
  ['client', './connection.ts', 'allows'],
  ['client', '../api/event-answer.ts', 'refuses'],
  ['client', 'node:crypto', 'refuses'],
  ['receiver', './verify.ts', 'allows'],
  ['receiver', '../core/durations.ts', 'refuses'],
  ['receiver', 'node:crypto', 'refuses'],
  ['verify/chaos', '../../local/main.ts', 'refuses'],
  ['verify/chaos', '../soak/main.ts', 'refuses'],
  ['test', '../verify/soak/main.ts', 'refuses'],
  ['test', '../verify/shared/local-process.ts', 'allows'],
] as const;

/** All TypeScript files of the project, as paths from its root. */
const sources = rooms.flatMap((room) =>
  readdirSync(join(PROJECT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.tsx?$/.test(file) && !file.includes('node_modules'))
    .map((file) => join(room, file)),
);
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

test('every folder with TypeScript is a room, so that the checks of all sources leave none out', () => {
  const others = ['node_modules', 'dist', 'docs', 'cdk.out'];
  const folders = readdirSync(PROJECT, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !one.name.startsWith('.') && !others.includes(one.name))
    .map(({ name }) => name)
    .filter((name) =>
      readdirSync(join(PROJECT, name), { recursive: true, encoding: 'utf8' }).some((file) => file.endsWith('.ts')),
    );
  expect(folders.sort()).toEqual(rooms);
});

test('core reads no clock and no random numbers by itself', () => {
  const files = sources.filter((file) => file.startsWith('core/')).map(codeOf);
  expect(files.filter((code) => /Date\.now|new Date\b(?!\(\w)|Math\.random|\brandomUUID\b/.test(code))).toEqual([]);
});

test('every relative import names a file of the project with its extension', () => {
  const wrong = sources.flatMap((file) =>
    relativeImportsOf(file)
      .filter((path) => !statSync(join(PROJECT, dirname(file), path), { throwIfNoEntry: false })?.isFile())
      .map((path) => `${file}: ${path}`),
  );
  expect(wrong).toEqual([]);
});

test('no file imports itself through others, not even for a type', () => {
  const cycles: string[] = [];
  const seen = new Set<string>();

  function visit(file: string, way: readonly string[]): void {
    if (way.includes(file)) cycles.push([...way.slice(way.indexOf(file)), file].join(' > '));
    if (seen.has(file)) return;
    seen.add(file);
    for (const imported of importsOf(file)) visit(imported, [...way, file]);
  }

  for (const file of sources) visit(file, []);
  expect(sources.length).toBeGreaterThan(200);
  expect(cycles).toEqual([]);
});

test('no file but tests, and one that a command writes, is longer than 300 lines', () => {
  const written = sources.filter((file) => !file.startsWith('test/') && file !== 'client/api-types.ts');
  const long = written.filter((file) => linesOf(file) > 300);
  expect(long).toEqual([]);
});

function codeOf(file: string): string {
  return readFileSync(join(PROJECT, file), 'utf8');
}

function linesOf(file: string): number {
  return codeOf(file).trimEnd().split('\n').length;
}

/** The relative paths that a file imports, in declarations and in calls of `import`, as they are written. */
function relativeImportsOf(file: string): readonly string[] {
  return [...codeOf(file).matchAll(/(?:^import|^(?:import|export) [^;]*?from|\bimport\() ?'(\.[^']*)'/gms)].map(
    ([, path = '']) => path,
  );
}

function importsOf(file: string): readonly string[] {
  return [...codeOf(file).matchAll(/^(?:import|export) [^;]*?from '(\.[^']+\.tsx?)'/gms)].map(([, path = '']) =>
    join(dirname(file), path),
  );
}

function fileOf(layer: string, number: number): string {
  return `${layer}/file-${number}.ts`;
}
