#!/usr/bin/env node
// The command of the npm package. It checks the version of Node before it loads anything that an older Node lacks.

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { builtConsole } from '../api/pages/built-console.ts';
import { runCommand } from '../local/run-command.ts';

type Manifest = { readonly name: string; readonly version: string; readonly engines: { readonly node: string } };

const { name, version, engines }: Manifest = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);
const oldest = engines.node.replace('>=', '');

if (isOlder(process.versions.node, oldest)) {
  console.error(`${name} needs Node ${oldest} or newer, and this is Node ${process.versions.node}.`);
  process.exitCode = 1;
} else {
  leaveOutWarningOfSqlite();
  await runCommand(process.argv.slice(2), {
    version,
    // Whichever folder the command is started in, it finds the same events and keys.
    dataFolder: join(homedir(), `.${name}`),
    readConsole: builtConsole,
    typed: (command, words) =>
      ['npx', name, ...(command === 'start' ? [] : [command]), ...(words === undefined ? [] : [words])].join(' '),
  });
}

function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map(Number));
  const different = [0, 1, 2].find((part) => one?.[part] !== other?.[part]);
  return different !== undefined && (one?.[different] ?? 0) < (other?.[different] ?? 0);
}

/**
 * Leaves out the warning of Node 22 that its SQLite is experimental. Node 24 does not warn, and users can do nothing
 * about it. Other warnings are printed.
 */
function leaveOutWarningOfSqlite(): void {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...others: unknown[]) => {
    if (!String(warning).startsWith('SQLite is an experimental feature'))
      Reflect.apply(emitWarning, process, [warning, ...others]);
  };
}
