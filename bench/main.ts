import { bundles } from './bundles.ts';
import { first } from './first.ts';
import { hostile } from './hostile.ts';

const benchmarks: Readonly<Record<string, () => Promise<void>>> = { first, bundles, hostile };

const name = process.argv[2] ?? '';
const run = benchmarks[name];
if (run === undefined) {
  console.error(`npm run bench -- <name>, with one of these names: ${Object.keys(benchmarks).join(', ')}.`);
  process.exit(2);
}
await run();
