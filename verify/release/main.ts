import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stop } from 'esbuild';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { buildPackage } from '../../package/build-package.ts';
import { OLDEST_NODE } from '../../package/bundle-modules.ts';
import { DIST } from '../../package/project.ts';
import { openVerdicts } from '../shared/verdicts.ts';
import { checks } from './checks.ts';
import { pack } from './packed-package.ts';
import { publish, refusalToPublish } from './publish.ts';

const help = `Builds the npm package, packs it, installs it into empty projects, and checks that it works there: a line for each check, and 1 as
exit code if one failed. Then it publishes the package, with its provenance. It takes some minutes.

  npm run release -- [options]

It takes packages from the registry that npm is set to. Publishing is refused unless the work tree is clean, CHANGELOG.md has the
version, and there is no tag of it yet.

  --dry-run      does everything but publishing
  --only <text>  runs only checks with this text in their names; nothing is published then
  --keep         keeps the folder with the tarball and the projects, and prints its name`;

type Options = { readonly isDry: boolean; readonly only: string; readonly keep: boolean };

helpIfAsked(help);
const options = parseOptions();
if (options === undefined) process.exitCode = 2;
else process.exitCode = await release(options);

function parseOptions(): Options | undefined {
  try {
    const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
    const { values } = parseArgs({ options: { 'dry-run': flag, only: text, keep: flag } });
    const { 'dry-run': isDry = false, only = '', keep = false } = values;
    return { isDry: isDry || only !== '', only, keep };
  } catch (error) {
    console.error(`${(error as Error).message} See npm run release -- --help.`);
    return undefined;
  }
}

/** Builds, checks and publishes the package. Resolves with the exit code. */
async function release({ isDry, only, keep }: Options): Promise<number> {
  const refusal = isDry ? undefined : await refusalToPublish();
  if (refusal !== undefined) {
    console.error(refusal);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-release-'));
  try {
    await buildPackage(DIST);
    await stop();
    const packed = await pack({ folder, oldestNode: OLDEST_NODE });
    const verdicts = openVerdicts({ print: console.log, only });
    for (const some of checks) await verdicts.checkAll(some, packed);
    const { passed, failed } = verdicts.count;
    console.log(`${passed} passed, ${failed} failed`);
    if (failed > 0 || passed === 0) return 1;
    if (!isDry) await publish(packed.tarball);
    return 0;
  } finally {
    if (keep) console.log(`Everything is in ${folder}.`);
    else await rm(folder, { recursive: true });
  }
}
