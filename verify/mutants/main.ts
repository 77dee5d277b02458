import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MINUTE, SECOND } from '../../core/durations.ts';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { runProcess } from '../shared/local-process.ts';
import { rooms } from '../shared/rooms.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = [...rooms, 'docs', ...['README.md', 'cdk.json', 'jest.config.js', 'package.json', 'package-lock.json']];
/** The number of random histories of mishaps: more than `npm test` tries, because a rule may be missed in few of them. */
const HISTORIES = '2000';
/** Milliseconds after which a run of jest is killed, which counts as red: without some rules a suite never ends. */
const LONGEST_RUN = 5 * MINUTE;
/** Milliseconds after which one test is red. Without some rules it never ends; with all rules it needs far less. */
const LONGEST_TEST = 30 * SECOND;
/** Milliseconds after which the run of all suites, with every rule in place, is killed. */
const LONGEST_RUN_OF_ALL = 30 * MINUTE;

const help = `Takes one rule of the protocol away at a time, and shows which suites miss it.

  npm run mutants                          all rules
  npm run mutants -- '<part of a name>'    the rules that have one of these parts in their names

The files that verify/mutants/rules.ts imports hold the rules, and say why each of them matters. A rule that no suite misses lacks a test.`;

helpIfAsked(help);
const asked = process.argv.slice(2);
const taken = rules.filter(({ name }) => asked.length === 0 || asked.some((part) => name.includes(part)));
if (taken.length === 0) {
  console.error(
    `No rule has this in its name: ${asked.join(', ')}. The rules are in the files that verify/mutants/rules.ts imports.`,
  );
  process.exit(2);
}
const waiting = [...taken];
const survivors: Rule[] = [];
const copies = await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, copyOfProject));
try {
  await requireGreen(copies[0] ?? '');
  await Promise.all(copies.map(takeAway));
} finally {
  for (const folder of copies) await rm(folder, { recursive: true, force: true });
}
console.log(`\n${taken.length - survivors.length} of ${taken.length} rules are missed when they are taken away.`);
for (const { name, why } of survivors) console.log(`No suite misses: ${name}. ${why}`);
process.exitCode = survivors.length === 0 ? 0 : 1;

async function copyOfProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-mutants-'));
  const filter = (path: string) => basename(path) !== 'node_modules';
  for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true, filter });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Takes rules from the common list, one after the other, until none is left. `folder` is a copy of the project. */
async function takeAway(folder: string): Promise<void> {
  for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) await takeRuleAway(rule, folder);
}

/** Throws if a suite is red with every rule in place, because such a suite would seem to miss every rule. */
async function requireGreen(folder: string): Promise<void> {
  const suites = [...new Set(taken.flatMap((rule) => rule.suites))];
  const red = await redSuites(folder, suites, LONGEST_RUN_OF_ALL);
  if (red.length > 0) throw new Error(`Red before any rule was taken away: ${red.join(', ')}`);
}

async function takeRuleAway(rule: Rule, folder: string): Promise<void> {
  const { name, file, code, without, suites } = rule;
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(code, () => without),
  );
  const red = await redSuites(folder, suites, LONGEST_RUN);
  await writeFile(path, text);
  if (red.length === 0) survivors.push(rule);
  console.log(`${red.length === 0 ? 'SURVIVED' : 'missed  '}  ${name}: ${red.join(', ') || 'no suite'}`);
}

/** The suites that turn red. A run that is killed after `longest` milliseconds adds `no end`. */
async function redSuites(folder: string, suites: readonly string[], longest: number): Promise<readonly string[]> {
  const jest = join(folder, 'node_modules/jest/bin/jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const running = runProcess(
    process.execPath,
    [...flags, jest, '--ci', '-i', '--bail', `--testTimeout=${LONGEST_TEST}`, ...suites],
    { folder, environment: { RUNS: HISTORIES } },
  );
  const tooLong = setTimeout(() => running.kill('SIGKILL'), longest);
  const ended = await running.ended;
  clearTimeout(tooLong);
  const red = [...running.printed().matchAll(/^FAIL (?:.*\/)?(test\/\S+)\.test\.ts/gm)].map(([, suite = '']) => suite);
  if (ended === 'SIGKILL') return [...red, 'no end'];
  if (ended !== 0 && red.length === 0) throw new Error(`jest did not run: ${running.printed()}`);
  return [...new Set(red)];
}
