import { MINUTE } from '../../core/durations.ts';
import { quantileOfCounts } from '../../core/statistics.ts';
import { type CursorScene, type Seen, simulateCursors } from './cursor-simulation.ts';
import { markdownTable } from './markdown-table.ts';

/** The minutes that are simulated after the last event. */
const FOLLOWING = 20;
/**
 * The seconds that a dispatcher takes to send the messages of a crowd of events, at the rate at which it just keeps up.
 */
const A_CROWD = 180;

type Situation = {
  readonly name: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly stopped?: number;
};

/** Resolves with how late the dispatcher sends events of a rate that publish has not sent, in Markdown. */
export async function cursorTable(perSecond: number): Promise<string> {
  const fourth = perSecond / 4;
  const situations: readonly Situation[] = [
    { name: `${shown(fourth)} a second for 15 minutes`, perSecond: fourth, seconds: 900 },
    { name: `${shown(perSecond)} a second for 15 minutes`, perSecond, seconds: 900 },
    { name: `${shown(A_CROWD * perSecond)} in one second`, perSecond: A_CROWD * perSecond, seconds: 1 },
    {
      name: `${shown(fourth)} a second for 15 minutes, in the first five of which no dispatcher runs`,
      perSecond: fourth,
      seconds: 900,
      stopped: 5,
    },
  ];
  const rows: string[][] = [];
  for (const { name, ...rest } of situations) {
    const minutes = Math.ceil(rest.seconds / 60) + FOLLOWING;
    const scene: CursorScene = { shards: 16, processor: 1, minutes, ...rest };
    rows.push([name, ...cells(await simulateCursors(scene))]);
  }
  return markdownTable([
    ['', 'late, p50', 'late, p99', 'late, max', 'most that waited, at the end of a minute', 'caught up after'],
    ['---', '---:', '---:', '---:', '---:', '---:'],
    ...rows,
  ]);
}

function cells({ late, waiting }: Seen): string[] {
  const minutesBehind = waiting.findLastIndex((count) => count > 0) + 1;
  return [
    ...[0.5, 0.99, 1].map((share) => duration(quantileOfCounts(late, share) ?? Number.NaN)),
    shown(Math.max(...waiting)),
    minutesBehind === 0 ? 'never behind' : `${minutesBehind + 1} min`,
  ];
}

function duration(milliseconds: number): string {
  return milliseconds < MINUTE ? `${Math.ceil(milliseconds / 1_000)} s` : `${(milliseconds / MINUTE).toFixed(1)} min`;
}

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
