import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { quantileOf } from '../shared/steadiness.ts';
import { type SoakOptions, type SoakReport, soakRun } from './soak-run.ts';
import { soakVerdicts } from './soak-verdict.ts';

const help = `Keeps the local queue busy for a long time, and checks that it holds no more at the end than after it has warmed up.

  npm run soak -- [options]

  --minutes <number>  for how long, also a part of one (default 30)
  --rate <number>     how many events a second, of which 5 % have bad targets (default 100)
  --seed <number>     for the same events once more (default: drawn, and printed)`;

helpIfAsked(help);
const options = parseOptions();
if (options === undefined) process.exitCode = 2;
else process.exitCode = (await soak(options)) ? 0 : 1;

function parseOptions(): SoakOptions | undefined {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      options: { minutes: text, rate: text, seed: text },
    });
    return {
      minutes: positiveNumber('minutes', values.minutes ?? '30'),
      rate: positiveNumber('rate', values.rate ?? '100'),
      seed: positiveNumber('seed', values.seed ?? String(1 + Math.floor(Math.random() * 2 ** 32))),
    };
  } catch (error) {
    console.error(`${(error as Error).message} See npm run soak -- --help.`);
    return undefined;
  }
}

function positiveNumber(name: string, text: string): number {
  if (!/^\d{1,10}(\.\d+)?$/.test(text) || Number(text) === 0) throw new Error(`--${name} takes a number, not ${text}.`);
  return Number(text);
}

/** Runs the soak and prints the verdicts. Resolves with whether every promise was kept. */
async function soak(options: SoakOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-soak-'));
  try {
    const report = await soakRun(folder, options);
    const verdicts = soakVerdicts(report);
    printFigures(options, report);
    for (const { name, finding, isKept } of verdicts) console.log(`${name.padEnd(24)}${finding}${mark(isKept)}`);
    return verdicts.every(({ isKept }) => isKept !== false);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function mark(isKept: boolean | undefined): string {
  if (isKept === undefined) return '';
  return isKept ? ': good' : ': BAD';
}

function printFigures({ seed, minutes }: SoakOptions, { load, late, samples }: SoakReport): void {
  const at = (share: number) => `${quantileOf(late, share)} ms`;
  const rows: readonly [string, string | number][] = [
    ['seed', seed],
    ['published', `${load.published}, ${(load.published / minutes / 60).toFixed(1)} a second`],
    ['first attempts late', `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`],
    ['samples', samples.length],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(24)}${value}`);
}
