import { helpIfAsked } from '../../local/help-if-asked.ts';
import { hostile } from '../hostile/hostile.ts';
import { first } from './first.ts';
import { functions } from './functions.ts';
import { peers } from './peers.ts';
import { backlog, measurePerformance } from './performance.ts';
import { requests } from './requests.ts';

const help = `Measures the queue on this machine, its table on disk, beside what the machine does without a queue.

  npm run bench -- [options]

  --quick            takes a minute or two instead of half an hour or more: less load, and without units and functions

  npm run bench -- <name>

  backlog            what a million waiting events cost a queue
  first              how long it takes from a post to its call, and how late a delayed event is called
  functions          what the deployed functions take
  hostile            what receivers that stall, flood and lie cost, and then what requests measures
  peers              the queue beside BullMQ on Redis
  requests           for how long the costliest requests keep the queue from everything else`;

helpIfAsked(help);
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  backlog,
  first,
  functions,
  hostile,
  peers,
  requests,
};

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
