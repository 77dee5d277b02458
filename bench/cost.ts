import { parseArgs } from 'node:util';
import { costTable } from './workers/cost-table.ts';
import { handsTable } from './workers/hands-table.ts';
import { scaleTable } from './workers/scale-table.ts';

const { values } = parseArgs({ options: { rate: { type: 'string' }, hands: { type: 'string' } } });
if (values.hands !== undefined) for (const rate of ratesIn(values.hands)) console.log(await handsTable(rate));
else console.log(values.rate === undefined ? await costTable() : await scaleTable(ratesIn(values.rate)));

/** `100,1000`: events per second. */
function ratesIn(text: string): readonly number[] {
  const rates = text.split(',').map(Number);
  if (rates.every((rate) => rate > 0)) return rates;
  console.error('--rate and --hands take events per second, as in npm run cost -- --rate 100,10000.');
  return process.exit(2);
}
