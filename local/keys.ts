import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UnusableFile } from '../adapters/sqlite-file.ts';
import { sqliteTable } from '../adapters/sqlite-table.ts';
import { idOfSecret, MOST_KEYS, tableApiKeyStore } from '../adapters/table-api-keys.ts';
import { isKeyId, isLabel, LONGEST_LABEL, type Scope, scopes } from '../core/api-key.ts';
import type { ApiKeyStore } from '../core/ports.ts';
import { type CloudTable, cloudTable, refusalOfAws } from './cloud-table.ts';
import { databaseIn, FolderUnusable } from './data-folder.ts';
import type { Distribution } from './distribution.ts';
import { helpIfAsked } from './help-if-asked.ts';
import { surviveUnreadOutput } from './survive-unread-output.ts';

function helpText({ dataFolder, typed }: Distribution): string {
  const [create, list, revoke] = ['create --label <name> --scopes <scope,...>', 'list', 'revoke <id or key>'].map(
    (words) => typed('keys', words),
  ) as [string, string, string];
  const describe = (line: string, what: string) => `  ${line.padEnd(create.length)}   ${what}`;
  return `API keys of the event queue on this machine, whether it runs or not, or of one on AWS.

${describe(create, 'makes a key, and shows it this once')}
${describe(list, 'every key, without its secret')}
${describe(revoke, 'ends a key; it stops working within 30 s')}

  --data <folder>     where the events are kept on this machine (default ${dataFolder});
                      a queue with --memory has no keys but demo
  --table <name>      or the table of the queue on AWS, with the credentials that the AWS CLI would take
  --region <region>   in which region (default as for the AWS CLI)

Scopes: ${scopes.join(', ')}.`;
}

/** The error of a command that cannot be carried out. Its message tells the user what to do. */
class Refused extends Error {}

type Run = (store: ApiKeyStore) => Promise<string>;
type LocalPlace = { readonly dataFolder: string; readonly mustExist: boolean };
type Place = LocalPlace | CloudTable;

/** The command that makes, lists and revokes API keys. */
export async function keys(words: readonly string[], distribution: Distribution): Promise<void> {
  surviveUnreadOutput();
  helpIfAsked(helpText(distribution));
  try {
    const { place, run } = parseCommand(words, distribution);
    console.log(await onTable(place, run));
  } catch (error) {
    const isOurs = [Refused, FolderUnusable, UnusableFile].some((kind) => error instanceof kind);
    console.error(isOurs ? (error as Error).message : (refusalOfAws(error) ?? error));
    process.exitCode = error instanceof Refused ? 2 : 1;
  }
}

function parseCommand(
  args: readonly string[],
  { dataFolder, typed }: Distribution,
): { readonly place: Place; readonly run: Run } {
  const seeHelp = `See ${typed('keys', '--help')}.`;
  const { values, positionals } = parsed(args, seeHelp);
  const [command, id, ...more] = positionals;
  const { label, scopes: list } = values;
  const place = placeOf(values, { dataFolder, mustExist: command !== 'create' });
  if (more.length > 0) throw new Refused(`Too many words behind the command. ${seeHelp}`);
  if (command === 'create') return { place, run: create(labelOf(label), scopesOf(list)) };
  if (command === 'list') return { place, run: listing };
  if (command === 'revoke' && id !== undefined) return { place, run: revoke(id, typed('keys', 'list')) };
  throw new Refused(`Say create, list, or revoke with the id of a key or the key itself. ${seeHelp}`);
}

function parsed(args: readonly string[], seeHelp: string) {
  const text = { type: 'string' } as const;
  const options = { data: text, table: text, region: text, label: text, scopes: text } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new Refused(`${(error as Error).message.replace(/\.?$/, '.')} ${seeHelp}`);
  }
}

type Where = { readonly data?: string; readonly table?: string; readonly region?: string };

function placeOf({ data, table, region }: Where, { dataFolder, mustExist }: LocalPlace): Place {
  if (data !== undefined && table !== undefined) throw new Refused('Say --data or --table, not both.');
  if (table !== undefined) return { name: table, region };
  if (region !== undefined) throw new Refused('Say which table on AWS: --table with its name.');
  return { dataFolder: data ?? dataFolder, mustExist };
}

function labelOf(label: string | undefined): string {
  if (label && isLabel(label)) return label;
  throw new Refused(`Say whose key it is, in at most ${LONGEST_LABEL} characters of one line: --label web.`);
}

function scopesOf(list: string | undefined): readonly Scope[] {
  const named = (list ?? '').split(',').filter((name) => name !== '');
  const unknown = named.filter((name) => !(scopes as readonly string[]).includes(name));
  if (named.length > 0 && unknown.length === 0) return [...new Set(named as Scope[])];
  const wrong = unknown.length > 0 ? ` There is no scope ${unknown.join(', ')}.` : '';
  throw new Refused(`Say what the key may do: --scopes with some of ${scopes.join(',')}.${wrong}`);
}

async function onTable(place: Place, run: Run): Promise<string> {
  if ('dataFolder' in place) {
    const { dataFolder, mustExist } = place;
    if (mustExist && !existsSync(dataFolder))
      throw new Refused(`There is no folder ${dataFolder}, and so there are no keys.`);
    return onLocalTable(dataFolder, run);
  }
  const table = cloudTable(place);
  return run(tableApiKeyStore(table, Date.now)).finally(table.close);
}

/**
 * Runs a command on the table in a folder. A queue that runs on the folder sees the change, because it reads the same
 * file.
 */
async function onLocalTable(dataFolder: string, run: Run): Promise<string> {
  const table = sqliteTable(await databaseIn(dataFolder));
  return run(tableApiKeyStore(table, Date.now)).finally(table.close);
}

function create(label: string, allowed: readonly Scope[]): Run {
  return async (store) => {
    const made = await store.create({ label, scopes: allowed });
    if (made === 'too many') throw new Refused(`There are ${MOST_KEYS} keys already. Revoke those that nobody uses.`);
    return `A key for ${label}, which may ${allowed.join(', ')}. It is shown this once:\n\n  ${made.secret}\n`;
  };
}

async function listing(store: ApiKeyStore): Promise<string> {
  const listed = await store.list();
  if (listed.length === 0) return 'There are no keys. On your own machine, demo is one.';
  const rows = listed.map(({ id, label, scopes: allowed, createdAt }) =>
    [id, new Date(createdAt).toISOString().slice(0, 19), allowed.join(','), label].join('  '),
  );
  return ['id                created (UTC)        scopes, label', ...rows].join('\n');
}

/**
 * @param named The id of a key or its secret. It is printed only if it is an id.
 * @param list What the user types to list the keys.
 */
function revoke(named: string, list: string): Run {
  const id = isKeyId(named) ? named : idOfSecret(named);
  if (id === undefined) throw new Refused(`This is neither a whole key nor the id of one. See ${list} for the ids.`);
  return async (store) => {
    if (!(await store.revoke(id))) throw new Refused(`There is no key ${id}. See ${list}.`);
    return `The key ${id} is revoked. It stops working within 30 s.`;
  };
}
