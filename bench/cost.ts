import { parseArgs } from 'node:util';
import { costTable } from './workers/cost-table.ts';
import { scaleTable } from './workers/scale-table.ts';

const { values } = parseArgs({ options: { rate: { type: 'string' } } });
console.log(values.rate === undefined ? await costTable() : await scaleTable(ratesIn(values.rate)));

/** `100,1000`: events per second. */
function ratesIn(text: string): readonly number[] {
  const rates = text.split(',').map(Number);
  if (rates.every((rate) => rate > 0)) return rates;
  console.error('--rate takes events per second, as in npm run cost -- --rate 100,10000.');
  return process.exit(2);
}
