import { costTable } from './workers/cost-table.ts';

console.log(await costTable());
