import { SECOND } from '../../core/durations.ts';
import { markdownTable } from './markdown-table.ts';
import { LATENCY, PARTITION, type SentFor, simulateSchedules } from './schedule-simulation.ts';

const SHARDS = [4, 16, 64] as const;
const INSTANTS = 2;

/** Resolves with how late the messages of schedules are sent that all have a run each minute, in Markdown. */
export async function scheduleTable(schedules: number): Promise<string> {
  const rows: string[][] = [];
  for (const shards of SHARDS) {
    const seen = await simulateSchedules({ schedules, shards, instants: INSTANTS });
    rows.push([String(shards), ...seen.map(whenSent)]);
  }
  return [
    `${schedules.toLocaleString('en-US')} schedules with a run at each full minute. A request to AWS takes ${LATENCY} ms, and longer if it meets a busy`,
    `partition, which takes ${PARTITION.writes.toLocaleString('en-US')} write units and ${PARTITION.reads.toLocaleString('en-US')} read units a second. The last message of an instant is sent:`,
    '',
    markdownTable([['shards', 'first instant', 'second instant'], ['---:', '---:', '---:'], ...rows]),
  ].join('\n');
}

function whenSent({ lastSentAfter }: SentFor): string {
  const text = `${Math.round(Math.abs(lastSentAfter) / SECOND)} s`;
  return lastSentAfter <= 0 ? `${text} ahead` : `**${text} late**`;
}
