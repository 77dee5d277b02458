import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { bundleConsole } from '../../../console/bundle/bundle.ts';

const MOST_BYTES = 80 * 1_024;

let bundle: Awaited<ReturnType<typeof bundleConsole>>;

beforeAll(async () => {
  bundle = await bundleConsole();
});

test('the page with all its files is under 80 KB compressed', () => {
  const sizes = [bundle.page, bundle.script, bundle.style].map((file) => gzipSync(file).length);
  process.stdout.write(`The console has ${sizes.join(' + ')} bytes: page, script and style, each compressed.\n`);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(MOST_BYTES);
});

test('the page names its script and its style sheet once each, and nothing of another host', () => {
  expect(bundle.page.match(/\/console\/console\.(js|css)/g)).toEqual(['/console/console.css', '/console/console.js']);
  expect(bundle.page).not.toMatch(/https?:\/\/|<style|style=|<script>|\son\w+=/);
});

test('nothing of the server is bundled, only its types', () => {
  const script = Buffer.from(bundle.script).toString();
  for (const library of ['ZodError', 'node:', '@aws-sdk', 'powertools']) expect(script).not.toContain(library);
});
