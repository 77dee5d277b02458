import { parseArgs } from 'node:util';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { costTable } from './cost-table.ts';
import { cursorTable } from './cursor-table.ts';
import { scaleTable } from './scale-table.ts';
import { scheduleTable } from './schedule-table.ts';

const help = `Prints what the queue costs on AWS: it runs the deployed functions against emulators and reads what they asked of AWS.

  npm run cost                          dollars per million events, and per idle month
  npm run cost -- --rate <rates>        what a queue costs and needs with so many events a second, as in 100,10000
  npm run cost -- --cursors <rates>     how far behind the dispatcher gets with so many events due in a second
  npm run cost -- --schedules <counts>  how late the runs of so many schedules are that have one each minute`;

helpIfAsked(help);
const { rate, cursors, schedules } = options();
if (cursors !== undefined) for (const one of numbersIn(cursors)) console.log(await cursorTable(one));
else if (schedules !== undefined) for (const one of numbersIn(schedules)) console.log(await scheduleTable(one));
else console.log(rate === undefined ? await costTable() : await scaleTable(numbersIn(rate)));

function options() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ options: { rate: text, cursors: text, schedules: text } }).values;
  } catch (error) {
    console.error(`${(error as Error).message.replace(/\.?$/, '.')} See npm run cost -- --help.`);
    return process.exit(2);
  }
}

/** Parses numbers, as in `100,1000`. Exits with 2 if one of them is not positive. */
function numbersIn(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (numbers.every((number) => number > 0)) return numbers;
  console.error('--rate, --cursors and --schedules take positive numbers, as in npm run cost -- --rate 100,10000.');
  return process.exit(2);
}
