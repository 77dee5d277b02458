import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { withoutLinksAway } from '../../package/documents.ts';
import { entries } from '../../package/entries.ts';
import { licencesOf } from '../../package/licences.ts';
import { manifest } from '../../package/manifest.ts';
import { PROJECT } from '../../package/project.ts';

describe('the package.json of the npm package', () => {
  const published = manifest();

  test('exports the client, the receiver and the construct, each with its declarations', () => {
    expect(published.exports).toEqual({
      '.': { types: './client/client.d.ts', default: './client/client.js' },
      './receiver': { types: './receiver/receiver.d.ts', default: './receiver/receiver.js' },
      './cdk': { types: './cdk/event-queue.d.ts', default: './cdk/event-queue.js' },
      './package.json': './package.json',
    });
  });

  test('has no dependencies, and only optional peers', () => {
    expect(Object.keys(published)).not.toContain('dependencies');
    expect(Object.keys(published.peerDependenciesMeta)).toEqual(Object.keys(published.peerDependencies));
    for (const meta of Object.values(published.peerDependenciesMeta)) expect(meta).toEqual({ optional: true });
  });

  test('has the version of the repository, which is what the repository deploys', () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
    expect(published.version).toBe(version);
  });

  test('is made of files that exist', () => {
    for (const { source } of entries) expect(existsSync(join(PROJECT, source))).toBe(true);
  });
});

test('the licences are those of the packages whose code is in a bundle, and of the files that are copied', async () => {
  const { metafile } = await build({
    stdin: { contents: "import { signal } from '@preact/signals'; import 'zod'; signal();", resolveDir: PROJECT },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
    metafile: true,
  });
  const licences = licencesOf([metafile]);
  expect(licences).toMatch(/^@preact\/signals \S+ \(MIT\)$/m);
  expect(licences).toMatch(/^swagger-ui-dist \S+ \(Apache-2\.0\)$/m);
  expect(licences).toContain('Permission is hereby granted');
  expect(licences).not.toMatch(/^(zod|esbuild) /m);
});

test('a document of the package has no link to a file that the package does not have', () => {
  const links =
    '[the guide](guide.md#delays), [a test](../test/x.test.ts), [AWS](https://aws.amazon.com), [here](#here)';
  const expected = '[the guide](guide.md#delays), a test, [AWS](https://aws.amazon.com), [here](#here)';
  expect(withoutLinksAway(links, 'docs/operations.md')).toBe(expected);
});
