import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { openVerdicts } from '../shared/verdicts.ts';
import { checkDeployed } from './check-deployed.ts';
import { type Emulator, NoEmulator, openEmulator } from './emulator.ts';

const help = `Deploys the stack to an emulator of AWS on this machine, and checks over HTTP that it works: a line for each check, and 1 as
exit code if one failed. It takes some ten minutes.

  npm run deployed -- [options]

It needs an emulator that runs functions as processes of this machine: one that answers at AWS_ENDPOINT_URL, or a checkout of ministack
(github.com/ministackorg/ministack, 1.4.21) with python3 and its packages hypercorn, yaml, defusedxml, cryptography and cbor2. Without
an emulator nothing is checked, and the exit code is 2. The stack gets a name of its own, and is deleted at the end.

  --ministack <folder>  starts ministack from this checkout, on a free port of 127.0.0.1, and ends it
  --python <program>    the Python that runs it (default python3)
  --from <commit>       deploys this commit of the project first, and the present files over it
  --only <text>         runs only checks with this text in their names
  --keep                keeps the folder with templates, bundles and the log of ministack, and prints its name`;

type Options = {
  readonly ministack: string | undefined;
  readonly python: string;
  readonly from: string | undefined;
  readonly only: string;
  readonly keep: boolean;
};

helpIfAsked(help);
const options = parseOptions();
if (options === undefined) process.exitCode = 2;
else process.exitCode = await deployed(options);

function parseOptions(): Options | undefined {
  try {
    const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const;
    const { values } = parseArgs({ options: { ministack: text, python: text, from: text, only: text, keep: flag } });
    const { ministack, python = 'python3', from, only = '', keep = false } = values;
    return { ministack, python, from, only, keep };
  } catch (error) {
    console.error(`${(error as Error).message} See npm run deployed -- --help.`);
    return undefined;
  }
}

/** Runs all checks. Resolves with the exit code. */
async function deployed({ ministack, python, from, only, keep }: Options): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-deployed-'));
  try {
    const emulator = await openEmulator({ endpoint: process.env.AWS_ENDPOINT_URL, ministack, python, folder });
    return await checked(emulator, { folder, from, only });
  } catch (error) {
    if (!(error instanceof NoEmulator)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    if (keep) console.log(`Everything is in ${folder}.`);
    else await rm(folder, { recursive: true });
  }
}

type Wanted = Pick<Options, 'from' | 'only'> & { readonly folder: string };

async function checked({ endpoint, close }: Emulator, { folder, from, only }: Wanted): Promise<number> {
  const verdicts = openVerdicts({ print: console.log, only });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      close();
      process.exit(1);
    });
  const startedAt = Date.now();
  try {
    await checkDeployed({ endpoint, folder, from }, verdicts);
  } catch (error) {
    verdicts.fail('the checks run to their end', error);
  } finally {
    close();
  }
  const { passed, failed } = verdicts.count;
  console.log(`${passed} passed, ${failed} failed, after ${Math.round((Date.now() - startedAt) / 1_000)} s.`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
