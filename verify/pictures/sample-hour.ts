import { sqliteTable } from '../../adapters/sqlite-table.ts';
import { tableEventStore } from '../../adapters/table-event-store.ts';
import { tableSchedules } from '../../adapters/table-schedules.ts';
import { tableStatistics } from '../../adapters/table-statistics.ts';
import { uuidFor } from '../../adapters/uuid-for.ts';
import { readJson } from '../../api/read-json.ts';
import { newEventSchema } from '../../api/wire/new-event.ts';
import { unlimitedConcurrency } from '../../core/delivery/concurrency-limit.ts';
import { HOUR, MINUTE } from '../../core/durations.ts';
import type { Received } from '../../core/event/message.ts';
import type { Caller } from '../../core/ports.ts';
import { openQueue } from '../../core/queue.ts';
import { defaultSettings } from '../../core/settings.ts';
import { pausesInMemory } from '../shared/pauses-in-memory.ts';
import { seededChance } from '../shared/seeded-chance.ts';
import { simulatedClock } from '../shared/simulated-clock.ts';
import { answerOf, eventsOfMinute } from './sample-traffic.ts';

const SEED = 20_260;
const MINUTES = HOUR / MINUTE;

/**
 * Fills a database with an hour of sample traffic that ends at an instant, in some seconds: the queue itself publishes,
 * calls, records and counts, on a clock that is moved, and receivers that are simulated answer it.
 */
export async function recordSampleHour(databasePath: string, end: number): Promise<void> {
  const table = sqliteTable(databasePath);
  const chance = seededChance(SEED);
  const clock = simulatedClock(end - HOUR);
  const statistics = tableStatistics(table, clock.now);
  const handedOver: Promise<unknown>[] = [];
  let ids = 0;

  const call: Caller = async ({ url }, attempt) => {
    const { duration, result } = answerOf(new URL(url), attempt, (clock.now() - (end - HOUR)) / HOUR, chance);
    await clock.sleep(Math.round(duration));
    return result;
  };

  const queue = openQueue({
    store: tableEventStore(table),
    schedules: tableSchedules(table),
    uuidFor,
    dueQueue: {
      send: async (message) => void handedOver.push(handOver({ ...message, receiveCount: 1 })),
      backlog: async () => 0,
    },
    call,
    signingSecrets: { cached: async () => [] },
    concurrency: unlimitedConcurrency,
    pauses: pausesInMemory(),
    now: clock.now,
    sleep: clock.sleep,
    newId: () => idOf(ids++, chance),
    random: chance,
    shards: defaultSettings.shards,
    longestTimeout: defaultSettings.maxTimeoutSeconds * 1_000,
    visibility: MINUTE,
    onChange: statistics.count,
    report: (error) => {
      throw error;
    },
    instance: 'sample',
    isAlone: true,
  });

  /** Hands a message over a few milliseconds after its instant, as timers do. */
  async function handOver(message: Received): Promise<void> {
    await clock.sleep(Math.max(0, message.at - clock.now()) + Math.round(chance() ** 6 * 90));
    await queue.deliver([message]);
  }

  const schema = newEventSchema({ ...defaultSettings, privateTargets: true }, clock.now);
  for (let minute = 0; minute < MINUTES; minute++) {
    const start = end - HOUR + minute * MINUTE;
    for (const { after, event } of eventsOfMinute(minute / MINUTES, chance)) {
      await clock.moveTo(start + after);
      await queue.publish(schema.parse(await readJson(JSON.stringify(event))), 'demo');
    }
    await clock.moveTo(start + MINUTE);
    await statistics.flush();
  }
  await table.close();
}

/** A random id that is the same at each run. */
function idOf(number: number, chance: () => number): string {
  const hex = (length: number) => Array.from({ length }, () => Math.floor(chance() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${number.toString(16).padStart(12, '0')}`;
}
