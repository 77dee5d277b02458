import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dynamoApiKeys } from '../adapters/dynamo-api-keys.ts';
import { dynamoEventStore } from '../adapters/dynamo-event-store.ts';
import { dynamoPauses } from '../adapters/dynamo-pauses.ts';
import { dynamoSigningSecrets } from '../adapters/dynamo-signing-secrets.ts';
import { dynamoStatistics } from '../adapters/dynamo-statistics.ts';
import { httpCaller } from '../adapters/http-caller.ts';
import { sqliteTable } from '../adapters/sqlite-table.ts';
import { tableInTurns } from '../adapters/table-in-turns.ts';
import { httpApi } from '../api/http-api.ts';
import { openSite, type Site } from '../api/pages/pages.ts';
import { type ApiKey, scopes } from '../core/api-key.ts';
import { limitedConcurrency } from '../core/delivery/concurrency-limit.ts';
import type { Pause } from '../core/event/pause.ts';
import type { ApiKeys } from '../core/ports.ts';
import { eventQueue } from '../core/queue.ts';
import { defaultSettings } from '../core/settings.ts';
import { isPublicAddress } from '../core/target/public-address.ts';
import { openDataFolder } from './data-folder.ts';
import { rememberingFreshEvents } from './fresh-events.ts';
import { openGateway } from './gateway.ts';
import type { Log } from './log.ts';
import { callsByOpenFiles } from './open-files.ts';
import type { Options } from './options.ts';
import { repeatedly } from './repeatedly.ts';
import { report as reportAsText } from './report.ts';
import { timerDueQueue } from './timer-due-queue.ts';

const REDELIVER_AFTER = 5_000;
const DISPATCH_EVERY = 60_000;
const SWEEP_EVERY = 1_000;
const FLUSH_EVERY = 10_000;
/** What is unfinished expires a week after it was last looked at: so far ahead of the audit nothing of it has expired. */
const AHEAD_OF_AUDIT = 3_600_000;
/** How long requests under way may still take at the end. A connection that sends nothing must not keep the process. */
const LAST_REQUESTS = 1_000;

export const DEMO_SECRET = 'demo';

export type LocalQueue = {
  readonly url: string;
  /** The latest pause, if there ever was one. */
  latestPause(): Promise<Pause | undefined>;
  /** Resolves if its table can do nothing any more, and so neither can it. */
  readonly failed: Promise<Error>;
  /** Accepts nothing new, lets requests and calls under way finish, and then ends. */
  close(): Promise<void>;
};

type Surroundings = {
  readonly version: string;
  /** What is told of failures that nobody expected, and of what happens to events, if not stderr and nobody. */
  readonly log?: Pick<Log, 'report' | 'tell'>;
  /** How names are looked up, if not as on any machine. */
  readonly resolve?: LookupFunction;
};

/** The whole queue in this process, on the loopback interface. */
export async function openLocalQueue(options: Options & Surroundings): Promise<LocalQueue> {
  const { port, dataFolder, privateTargets, maxCallsPerHost = 50, maxCalls = callsByOpenFiles(), version } = options;
  const { report, tell } = options.log ?? { report: reportAsText, tell() {} };
  const now = Date.now;
  const { maxTimeoutSeconds = defaultSettings.maxTimeoutSeconds, keepFailedFor } = options;
  const settings = { ...defaultSettings, privateTargets, maxTimeoutSeconds, keepFailedFor };

  const folder = dataFolder === undefined ? undefined : await openDataFolder(dataFolder);
  const table = sqliteTable(folder?.databasePath);
  const statistics = dynamoStatistics(table, now);
  const signingSecrets = dynamoSigningSecrets(table, now);
  const dueQueue = timerDueQueue({ now, redeliverAfter: REDELIVER_AFTER });
  const caller = localCaller(options);
  const concurrency = limitedConcurrency(maxCallsPerHost, maxCalls);
  const queue = eventQueue({
    store: rememberingFreshEvents(dynamoEventStore(tableInTurns(table))),
    dueQueue,
    call: caller.call,
    signingSecrets,
    concurrency,
    pauses: dynamoPauses(table, now),
    now,
    sleep,
    newId: randomUUID,
    random: Math.random,
    shards: settings.shards,
    longestTimeout: settings.maxTimeoutSeconds * 1_000,
    visibility: REDELIVER_AFTER,
    onChange(change) {
      statistics.count(change);
      tell(change);
    },
    report,
    instance: randomUUID(),
    isAlone: true,
  });
  await queue.dispatchAtStart();
  const keys = withDemoKey(dynamoApiKeys(table, now));
  const api = httpApi({ queue, statistics, signingSecrets, keys, settings, now, version, report });
  const gateway = await openGateway(api, localSite(privateTargets), port);
  dueQueue.start(queue.deliver);
  let auditedUntil = now();
  const dispatching = repeatedly(DISPATCH_EVERY, dispatch, report);
  const counting = repeatedly(FLUSH_EVERY, statistics.flush, report);
  const sweeping = repeatedly(SWEEP_EVERY, sweep, report);

  async function dispatch(): Promise<void> {
    const startedAt = now();
    const run = await queue.dispatch();
    if (run !== undefined) auditedUntil = startedAt - run.trailingLag;
  }

  /** When the machine has slept for weeks, what waited meanwhile has expired by the clock: it is looked at first. */
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

/** The pages fill in the key that everybody knows, and call `/echo` where an event may call this machine. */
function localSite(privateTargets: boolean): Site {
  return openSite({ key: DEMO_SECRET, target: privateTargets ? '/echo' : undefined });
}

/** Where private targets are called, names of private networks are found, too, which often the operating system alone knows. */
function localCaller({ privateTargets, version, resolve }: Options & Surroundings) {
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

/** Never in a table: so it cannot be taken to the cloud by copying one. */
function withDemoKey(keys: ApiKeys): ApiKeys {
  return { find: async (secret) => (secret === DEMO_SECRET ? demo : keys.find(secret)) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
