import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

test('the compiler reads every TypeScript file of the project', () => {
  const { stdout } = spawnSync('node_modules/.bin/tsc', ['--listFilesOnly'], { cwd: PROJECT, encoding: 'utf8' });
  const checked = stdout.split('\n').map((path) => relative(PROJECT, path));
  const files = globSync('**/*.ts', { cwd: PROJECT, exclude: (path) => /^(node_modules|cdk\.out|\.data)$/.test(path) });
  expect(files.filter((file) => !checked.includes(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(['bin/event-queue.ts', 'verify/reference/main.ts', 'lambdas/read.ts']));
});
