import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { explained, openSqliteReader, UnusableFile } from '../adapters/sqlite-file.ts';
import { DATABASE } from './data-folder.ts';
import type { Distribution } from './distribution.ts';
import { helpIfAsked } from './help-if-asked.ts';

function helpText({ dataFolder, typed }: Distribution): string {
  return `Copies the events of a local queue into one file, whether the queue runs or not.

  ${typed('backup', '<file> [--data <folder>]')}

  --data <folder>  where the events are kept (default ${dataFolder})

The copy is what the queue had recorded at one moment. docs/operations.md says how to restore it.`;
}

/**
 * The backup copies up to this many pages in a step, more than a database has. A backup in several steps would start
 * again whenever the queue writes between two of them.
 */
const ALL_PAGES = 2 ** 31 - 1;

/** The error of a command that cannot be carried out. Its message tells the user what to do. */
class Refused extends Error {}

/** The command that copies the events of a local queue into a file. */
export async function backUp(words: readonly string[], distribution: Distribution): Promise<void> {
  helpIfAsked(helpText(distribution));
  try {
    console.log(await run(words, distribution));
  } catch (error) {
    const isOurs = error instanceof Refused || error instanceof UnusableFile;
    console.error(isOurs ? (error as Error).message : error);
    process.exitCode = error instanceof Refused ? 2 : 1;
  }
}

async function run(words: readonly string[], distribution: Distribution): Promise<string> {
  const { file, data } = parsed(words, distribution);
  if (file === undefined)
    throw new Refused(`Say which file to copy to: ${distribution.typed('backup', 'events.backup')}`);
  const path = join(data, DATABASE);
  if (!existsSync(path)) throw new Refused(`There is no database ${path}, and so there is nothing to copy.`);
  makeForOwnerAlone(file);
  try {
    return `${file} has the ${await copied(path, file)} items of ${path}.`;
  } catch (error) {
    rmSync(file, { force: true });
    throw explained(path, error);
  }
}

/** Copies a database, and returns the number of items in the copy. */
async function copied(path: string, file: string): Promise<number> {
  const source = openSqliteReader(path);
  try {
    await backup(source, file, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
  const copy = openSqliteReader(file);
  const { count } = copy.prepare('SELECT count(*) AS count FROM items').get() as { count: number };
  copy.close();
  return count;
}

function parsed(args: readonly string[], { dataFolder, typed }: Distribution) {
  try {
    const options = { data: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    if (positionals.length > 1) throw new Error(`Too many words: ${positionals.slice(1).join(' ')}.`);
    return { file: positionals[0], data: values.data ?? dataFolder };
  } catch (error) {
    throw new Refused(`${(error as Error).message.replace(/\.?$/, '.')} See ${typed('backup', '--help')}.`);
  }
}

/**
 * Creates the file of the copy for its owner alone, because events may contain secrets. An existing file is never
 * overwritten.
 */
function makeForOwnerAlone(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Refused(
      code === 'EEXIST' ? `${file} is there already. Choose another file.` : `${file} cannot be made (${message}).`,
    );
  }
}
