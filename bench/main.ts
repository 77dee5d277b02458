import { first } from './first.ts';
import { functions } from './functions.ts';
import { hostile } from './hostile.ts';
import { peers } from './peers.ts';
import { measurePerformance } from './performance.ts';
import { requests } from './requests.ts';

const benchmarks: Readonly<Record<string, () => Promise<void>>> = { first, functions, hostile, peers, requests };

const [name = '', ...others] = process.argv.slice(2);
const run = benchmarks[name];
if (run !== undefined) await run();
else if (name === '' || name.startsWith('--')) {
  const allMet = await measurePerformance(name === '' ? [] : [name, ...others]);
  process.exitCode = allMet ? 0 : 1;
} else {
  console.error(
    `npm run bench, or npm run bench -- <name> with one of these names: ${Object.keys(benchmarks).join(', ')}.`,
  );
  process.exitCode = 2;
}
