import { parseArgs } from 'node:util';
import { helpIfAsked } from '../../local/help-if-asked.ts';
import { costTable } from './cost-table.ts';
import { cursorTable } from './cursor-table.ts';
import { scaleTable } from './scale-table.ts';

const help = `Prints what the queue costs on AWS: it runs the deployed functions against emulators and reads what they asked of AWS.

  npm run cost                        dollars per million events, and per idle month
  npm run cost -- --rate <rates>      what a queue costs and needs with so many events a second, as in 100,10000
  npm run cost -- --cursors <rates>   how far behind the dispatcher gets with so many events due in a second`;

helpIfAsked(help);
const { rate, cursors } = options();
if (cursors !== undefined) for (const one of ratesIn(cursors)) console.log(await cursorTable(one));
else console.log(rate === undefined ? await costTable() : await scaleTable(ratesIn(rate)));

function options() {
  try {
    return parseArgs({ options: { rate: { type: 'string' }, cursors: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message.replace(/\.?$/, '.')} See npm run cost -- --help.`);
    return process.exit(2);
  }
}

/** Parses rates in events per second, as in `100,1000`. Exits with 2 if one of them is not a positive number. */
function ratesIn(text: string): readonly number[] {
  const rates = text.split(',').map(Number);
  if (rates.every((rate) => rate > 0)) return rates;
  console.error('--rate and --cursors take events per second, as in npm run cost -- --rate 100,10000.');
  return process.exit(2);
}
