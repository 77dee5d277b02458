import { strict as assert } from 'node:assert';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from '../../package/project.ts';
import type { Checks } from '../shared/verdicts.ts';
import { bytesOf, type PackedPackage } from './packed-package.ts';

const MEGABYTE = 1_000_000;
/** The bytes that the tarball, and an installation without anything else, may have. */
const MOST_PACKED = 6 * MEGABYTE;
const MOST_INSTALLED = 24 * MEGABYTE;

export const sizeChecks: Checks<PackedPackage> = {
  async 'the tarball and its installation are small, and bring no other package'({ tarball, project }) {
    const { folder, install } = await project();
    await install(tarball);
    const names = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    assert.deepEqual(names, ['http-event-queue']);
    const files = await filesIn(join(folder, 'node_modules/http-event-queue'));
    const sizes = await Promise.all(files.map(bytesOf));
    const [packed, installed] = [await bytesOf(tarball), sizes.reduce((sum, size) => sum + size, 0)];
    assert.ok(packed <= MOST_PACKED, `The tarball has ${packed} bytes, more than ${MOST_PACKED}.`);
    assert.ok(installed <= MOST_INSTALLED, `The installation has ${installed} bytes, more than ${MOST_INSTALLED}.`);
    return `tarball ${megabytes(packed)}, installed ${megabytes(installed)} in ${files.length} files`;
  },

  async 'no file of the package names a folder of this machine'({ tarball, project }) {
    const { folder, install } = await project();
    await install(tarball);
    const files = await filesIn(join(folder, 'node_modules/http-event-queue'));
    const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
    assert.deepEqual(
      texts.flatMap(([file, text]) => (text.includes(PROJECT) ? [file] : [])),
      [],
    );
  },
};

async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
}

function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
