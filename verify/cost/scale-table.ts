import { HOUR, SECOND } from '../../core/durations.ts';
import { defaultSettings } from '../../core/settings.ts';
import { costOf, idleRun, sharesOfEvent, sumOfShares } from './cost.ts';
import { markdownTable } from './markdown-table.ts';

/** The default of the stack for the requests to the API in a second (lib/chosen-props.ts). */
const THROTTLING = 100;
/** The default of the stack for the deliverers that work at the same time (lib/chosen-props.ts). */
const MAX_CONCURRENCY = 20;
const BATCH = 10;
/** The write units that one partition of a table takes in a second. */
const PARTITION = 1_000;

type Need = {
  readonly what: string;
  readonly amount: number;
  /** The amount that is available by default, and the setting or the limit of the account that raises it. */
  readonly wall?: { readonly at: number; readonly movedBy: string };
};

/**
 * Resolves with what each rate of events needs of AWS, in Markdown. Each event is published alone and delivered with
 * nine others. An amount above the default limit is bold.
 */
export async function scaleTable(rates: readonly number[]): Promise<string> {
  const needs = await needsOfOneASecond();
  const rows = needs.map(({ what, amount, wall }) => [
    what,
    ...rates.map((rate) => cell(rate * amount, wall?.at)),
    wall === undefined ? '' : `${wall.at.toLocaleString('en-US')}: ${wall.movedBy}`,
  ]);
  return markdownTable([
    ['events per second', ...rates.map((rate) => rate.toLocaleString('en-US')), 'there is, and what moves it'],
    ['---', ...rates.map(() => '---:'), '---'],
    ...rows,
  ]);
}

async function needsOfOneASecond(): Promise<readonly Need[]> {
  const { used: idle } = await idleRun();
  const scenario = { name: 'published one by one, delivered ten at a time', handed: BATCH };
  const shares = await sharesOfEvent(scenario, idle);
  const { publish, deliver } = shares;
  const all = sumOfShares(shares);
  const dollars = Object.values(costOf(all)).reduce((sum, one) => sum + one, 0);
  const deliverers = deliver.billedMilliseconds / SECOND;
  return [
    {
      what: 'requests to the API a second',
      amount: all.apiRequests,
      wall: { at: THROTTLING, movedBy: '`throttling`; an account has 10,000 in a region' },
    },
    {
      what: 'functions at work at once',
      amount: all.billedMilliseconds / SECOND,
      wall: { at: 1_000, movedBy: "the account's concurrent executions; a new one has fewer" },
    },
    { what: '… of which publish', amount: publish.billedMilliseconds / SECOND },
    {
      what: '… of which deliver',
      amount: deliverers,
      wall: { at: MAX_CONCURRENCY, movedBy: '`maxConcurrency`, up to 1,000' },
    },
    {
      what: 'messages that deliverers have at once',
      amount: deliverers * BATCH,
      wall: { at: 120_000, movedBy: 'a limit of SQS' },
    },
    { what: 'requests to SQS a second', amount: all.queueRequests },
    {
      what: 'write units a second',
      amount: all.writeUnits,
      wall: { at: 40_000, movedBy: "the account's limit for a table on demand" },
    },
    {
      what: `… of one shard, of ${defaultSettings.shards}`,
      amount: publish.writeUnits / defaultSettings.shards,
      wall: { at: PARTITION, movedBy: '`shards`, up to 256' },
    },
    {
      what: 'read units a second',
      amount: all.readUnits,
      wall: { at: 40_000, movedBy: "the account's limit for a table on demand" },
    },
    { what: 'dollars an hour', amount: dollars * (HOUR / SECOND) },
  ];
}

/** Returns the text of an amount, in bold if it is above the wall. */
function cell(amount: number, wall = Number.POSITIVE_INFINITY): string {
  const text = amount.toLocaleString('en-US', { maximumFractionDigits: amount < 10 ? 2 : 0 });
  return amount > wall ? `**${text}**` : text;
}
