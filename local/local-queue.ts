import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpCaller } from '../adapters/http-caller.ts';
import { sqliteTable } from '../adapters/sqlite-table.ts';
import type { Table } from '../adapters/table.ts';
import { tableApiKeyStore, tableApiKeys } from '../adapters/table-api-keys.ts';
import { tableEventStore } from '../adapters/table-event-store.ts';
import { tableInTurns } from '../adapters/table-in-turns.ts';
import { tablePauses } from '../adapters/table-pauses.ts';
import { tableSchedules } from '../adapters/table-schedules.ts';
import { tableSigningSecrets } from '../adapters/table-signing-secrets.ts';
import { tableStatistics } from '../adapters/table-statistics.ts';
import { uuidFor } from '../adapters/uuid-for.ts';
import { httpApi } from '../api/http-api.ts';
import { type ConsoleFiles, openConsoleSite } from '../api/pages/console-site.ts';
import { openSite, type Site } from '../api/pages/site.ts';
import { type ApiKey, scopes } from '../core/api-key.ts';
import { limitedConcurrency } from '../core/delivery/concurrency-limit.ts';
import type { Dependencies } from '../core/dependencies.ts';
import { HOUR, MINUTE, SECOND } from '../core/durations.ts';
import type { Pause } from '../core/event/pause.ts';
import type { ApiKeys } from '../core/ports.ts';
import { openQueue } from '../core/queue.ts';
import { defaultSettings } from '../core/settings.ts';
import { isPublicAddress } from '../core/target/public-address.ts';
import { callsByOpenFiles } from './calls-by-open-files.ts';
import { openDataFolder } from './data-folder.ts';
import { openGateway } from './gateway.ts';
import type { Log } from './log.ts';
import type { Options } from './options.ts';
import { rememberingFreshEvents } from './remembering-fresh-events.ts';
import { repeatedly } from './repeatedly.ts';
import { report as reportAsText } from './report.ts';
import { timerDueQueue } from './timer-due-queue.ts';

/** A message whose deliverer failed is handed over again after this many milliseconds. */
const REDELIVER_AFTER = 5 * SECOND;
/**
 * These are the milliseconds between two runs of dispatch, two deletions of expired items, and two flushes of
 * statistics.
 */
const DISPATCH_EVERY = MINUTE;
const SWEEP_EVERY = SECOND;
const FLUSH_EVERY = 10 * SECOND;
/**
 * Expired items are deleted up to this many milliseconds ahead of the audit. An unfinished event expires at the
 * earliest a week after the audit looked at it, so nothing of it is deleted before the audit.
 */
const AHEAD_OF_AUDIT = HOUR;
/**
 * When the queue closes, requests under way have this many milliseconds to end. Then all connections are closed,
 * because one that sends nothing would keep the process alive.
 */
const LAST_REQUESTS = 1_000;

export const DEMO_SECRET = 'demo';

export type LocalQueue = {
  readonly url: string;
  /** Returns the latest pause, or undefined if the queue was never paused. */
  latestPause(): Promise<Pause | undefined>;
  /** Resolves with the error when the table cannot be used any more. The queue should be ended then. */
  readonly failed: Promise<Error>;
  /** Accepts no more requests, waits for requests and calls under way, and closes the queue. */
  close(): Promise<void>;
};

type LocalQueueDependencies = {
  readonly version: string;
  /** Gets the files of the console, which is at `/`. Without it, the queue has no console. */
  readonly readConsole?: () => Promise<ConsoleFiles>;
  /** Gets unexpected failures and the changes of events. Without it, failures are printed on stderr. */
  readonly log?: Pick<Log, 'report' | 'onChange'>;
  /** Looks names up. By default they are looked up as in `httpCaller`. */
  readonly resolve?: LookupFunction;
};

/**
 * Opens the whole queue in this process. It listens on the loopback interface only. Before it listens, it sends the
 * messages that were lost with an earlier process.
 */
export async function openLocalQueue(options: Options & LocalQueueDependencies): Promise<LocalQueue> {
  const { port, dataFolder, privateTargets, maxCallsPerHost = 50, maxCalls = callsByOpenFiles(), version } = options;
  const { report, onChange } = options.log ?? { report: reportAsText, onChange() {} };
  const now = Date.now;
  const { maxTimeoutSeconds = defaultSettings.maxTimeoutSeconds, keepFailedFor } = options;
  const settings = { ...defaultSettings, privateTargets, maxTimeoutSeconds, keepFailedFor };

  const folder = dataFolder === undefined ? undefined : await openDataFolder(dataFolder);
  const table = sqliteTable(folder?.databasePath);
  const statistics = tableStatistics(table, now);
  const signingSecrets = tableSigningSecrets(table, now);
  const dueQueue = timerDueQueue({ now, redeliverAfter: REDELIVER_AFTER });
  const caller = localCaller(options);
  const concurrency = limitedConcurrency(maxCallsPerHost, maxCalls);
  const queue = openQueue({
    ...storesOn(tableInTurns(table)),
    dueQueue,
    call: caller.call,
    signingSecrets,
    concurrency,
    pauses: tablePauses(table, now),
    now,
    sleep,
    newId: randomUUID,
    random: Math.random,
    shards: settings.shards,
    longestTimeout: settings.maxTimeoutSeconds * SECOND,
    visibility: REDELIVER_AFTER,
    onChange(change) {
      statistics.count(change);
      onChange(change);
    },
    report,
    instance: randomUUID(),
    isAlone: true,
  });
  await queue.dispatchAtStart();
  const keys = { keys: withDemoKey(tableApiKeys(table, now)), keyStore: tableApiKeyStore(table, now) };
  const api = httpApi({ queue, statistics, signingSecrets, ...keys, settings, now, version, report });
  const gateway = await openGateway(api, localSites(options), port, report);
  dueQueue.start(queue.deliver);
  let auditedUntil = now();
  const dispatching = repeatedly(DISPATCH_EVERY, dispatch, report);
  const counting = repeatedly(FLUSH_EVERY, statistics.flush, report);
  const sweeping = repeatedly(SWEEP_EVERY, sweep, report);

  async function dispatch(): Promise<void> {
    const startedAt = now();
    const run = await queue.dispatch();
    if (run !== undefined) auditedUntil = startedAt - run.auditLag;
  }

  /**
   * Deletes expired items, but not far ahead of the audit. When the machine has slept for weeks, waiting events have
   * expired by the clock, and would otherwise be deleted before they are called.
   */
  async function sweep(): Promise<void> {
    await table.sweep(Math.min(now(), auditedUntil + AHEAD_OF_AUDIT));
  }

  async function close(): Promise<void> {
    const accepting = closed(gateway);
    concurrency.close();
    await Promise.all([dueQueue.stop(), dispatching.stop(), sweeping.stop(), counting.stop()]);
    caller.close();
    await Promise.race([accepting, sleep(LAST_REQUESTS, undefined, { ref: false })]);
    gateway.closeAllConnections();
    await accepting;
    await statistics.flush().catch(report);
    await table.close();
    folder?.release();
  }

  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  return { url, latestPause: queue.latestPause, failed: table.failed, close };
}

function storesOn(table: Table): Pick<Dependencies, 'store' | 'schedules' | 'uuidFor'> {
  return { store: rememberingFreshEvents(tableEventStore(table)), schedules: tableSchedules(table), uuidFor };
}

/**
 * The console and the documentation pages. They fill in the demo key, and `/echo` as the target if events may call this
 * machine.
 */
function localSites({ privateTargets, readConsole }: Options & LocalQueueDependencies): readonly Site[] {
  const options = { key: DEMO_SECRET, target: privateTargets ? '/echo' : undefined };
  return [...(readConsole ? [openConsoleSite(readConsole, options)] : []), openSite(options)];
}

/**
 * The caller of this queue. If private targets may be called, the operating system is asked for names, too, because
 * often it alone knows the names of a private network.
 */
function localCaller({ privateTargets, version, resolve }: Options & LocalQueueDependencies) {
  return httpCaller({
    allowsAddress: privateTargets ? () => true : isPublicAddress,
    targetPolicy: { ...defaultSettings, privateTargets },
    resolve,
    asksSystem: privateTargets,
    userAgent: `event-queue/${version}`,
    now: Date.now,
  });
}

const demo: ApiKey = { id: 'demo', label: 'demo', scopes };

/**
 * Adds the demo key to the keys of a table. The demo key is never stored, so a table that is copied to the cloud cannot
 * contain it.
 */
function withDemoKey(keys: ApiKeys): ApiKeys {
  return { find: async (secret) => (secret === DEMO_SECRET ? demo : keys.find(secret)) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
