import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { manifest } from '../../package/manifest.ts';
import { PROJECT } from '../../package/project.ts';

/** Says why this work tree must not be published and what to do; undefined if it may be. */
export async function refusalToPublish(): Promise<string | undefined> {
  const { version } = manifest();
  const changed = await git('status', '--porcelain');
  if (changed !== '') return `The work tree has changes that are not committed:\n${changed}\nCommit them first.`;
  const tag = tagOf(version);
  if ((await git('tag', '--list', tag)) !== '')
    return `There is a tag ${tag} already. Raise the version in package.json.`;
  return refusalOfChangelog(await readFile(join(PROJECT, 'CHANGELOG.md'), 'utf8'), version);
}

/** Says that a changelog has no entry of a version; undefined if it has one. */
export function refusalOfChangelog(changelog: string, version: string): string | undefined {
  if (changelog.split('\n').some((line) => line === `## ${version}` || line.startsWith(`## ${version} `))) return;
  return `CHANGELOG.md has no entry of the version ${version}. Give what is unreleased the heading "## ${version}".`;
}

/** Publishes a tarball with a statement of its provenance, and says which tag to set. */
export async function publish(tarball: string): Promise<void> {
  const npm = spawn('npm', ['publish', tarball, '--provenance', '--access', 'public'], {
    cwd: PROJECT,
    stdio: 'inherit',
  });
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error(`npm publish ended with ${code}. Nothing was published unless it says so.`);
  const tag = tagOf(manifest().version);
  console.log(`The package is published. Set its tag: git tag ${tag} && git push origin ${tag}`);
}

function tagOf(version: string): string {
  return `v${version}`;
}

async function git(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', words, { cwd: PROJECT });
  return stdout.trim();
}
