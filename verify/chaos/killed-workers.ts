import { fileURLToPath } from 'node:url';
import type { Environment } from '../../lambdas/runtime/environment.ts';
import { type LocalProcess, runProcess } from '../shared/local-process.ts';
import { type AwsRequest, attemptsIn, recordsIn } from './aws-request.ts';
import type { Killed } from './chaos-table.ts';
import { type FaultProxy, openFaultProxy } from './fault-proxy.ts';
import { weather } from './faults.ts';
import { type Fleet, openFleet } from './fleet.ts';
import type { RecordWrite, SentMessage, Treatment } from './history.ts';

const EMULATOR = fileURLToPath(new URL('./serve-emulator.ts', import.meta.url));

/**
 * The milliseconds after which an invocation of a deliverer is stopped. Messages that may be duplicates are handled one
 * by one, and a batch of them has time to end.
 */
const FUNCTION_TIMEOUT = 21_000;
/** The seconds for which a message is hidden. They are longer than the life of its deliverer, as in the cloud. */
const VISIBILITY_SECONDS = 23;
/**
 * The timeout of calls. It is longer than a process waits for its turn on a busy machine, so that good calls do not
 * time out.
 */
const CALL_TIMEOUT_SECONDS = 4;
/**
 * The share of the events during which workers are killed. A claim of a killed worker runs out after half a minute, and
 * the rest of the events is published meanwhile.
 */
const KILLED_FOR = 0.7;
/** The milliseconds within which a kill follows once it is due. They are few, because other workers go on. */
const LONGEST_LIFE = 500;

const SIZES = { publish: 2, read: 1, dispatch: 1, deliver: 4 } as const;

/**
 * The deployed functions, as workers in processes of their own that are killed and replaced one at a time. They reach
 * the table and the due queue through proxies that cause faults; read reaches the table directly.
 */
export type KilledWorkers = Killed & Required<Pick<Killed, 'calm' | 'faults' | 'writes' | 'messages' | 'timedOut'>>;

/** The share of the requests that meet a fault, from 0 to 1. */
export type FaultShares = Readonly<Record<'table' | 'queue', number>>;

export async function openKilledWorkers(
  folder: string,
  shares: FaultShares,
  chance: () => number,
): Promise<KilledWorkers> {
  const emulators = [emulator('table', `${folder}/table`), emulator('queue', String(VISIBILITY_SECONDS))] as const;
  const [table, queue] = await Promise.all([whereabouts<Table>(emulators[0]), whereabouts<Queue>(emulators[1])]);
  const writes: RecordWrite[] = [];
  const messages: SentMessage[] = [];
  const weathers = { table: weather(shares.table, chance), queue: weather(shares.queue, chance) };
  const proxies = await Promise.all([
    openFaultProxy({
      part: 'table',
      target: table.endpoint,
      weather: weathers.table,
      chance,
      note: noteIn(writes, recordsIn),
    }),
    openFaultProxy({
      part: 'queue',
      target: queue.endpoint,
      weather: weathers.queue,
      chance,
      note: noteIn(messages, attemptsIn),
    }),
  ]);
  const [tableProxy, queueProxy] = proxies.map(({ url }) => url) as [string, string];
  const fleet = await openFleet({
    sizes: SIZES,
    chance,
    environment: (name, id) => ({
      ...environmentOf(id, folder),
      AWS_ENDPOINT_URL_DYNAMODB: name === 'read' ? table.endpoint : tableProxy,
      AWS_ENDPOINT_URL_SQS: queueProxy,
      QUEUE_URL: `${queueProxy}${queue.path}`,
    }),
  });

  return {
    kills: fleet.kills,
    startTimes: fleet.startTimes,
    timedOut: fleet.timedOut,
    secret: table.secret,
    killedFor: KILLED_FOR,
    longestLife: LONGEST_LIFE,
    callTimeoutSeconds: CALL_TIMEOUT_SECONDS,
    publishUrl: () => fleet.urlOf('publish'),
    readUrl: () => fleet.urlOf('read'),
    serving: () => fleet.serving('publish'),
    killAndRestart: () => fleet.killAndReplace(['publish', 'dispatch', 'deliver']),
    calm() {
      for (const one of Object.values(weathers)) one.calm();
    },
    faults: { table: weathers.table.counts, queue: weathers.queue.counts },
    writes,
    messages,
    stop: () => stopAll(fleet, proxies, emulators),
  };
}

function noteIn<Wanted>(all: (Wanted & Treatment)[], find: (request: AwsRequest) => readonly Wanted[]) {
  return (request: AwsRequest, treatment: Treatment): void => {
    for (const wanted of find(request)) all.push({ ...wanted, ...treatment });
  };
}

type Table = { readonly endpoint: string; readonly secret: string };
type Queue = { readonly endpoint: string; readonly path: string };

function emulator(part: 'table' | 'queue', argument: string): LocalProcess {
  return runProcess(process.execPath, [EMULATOR, part, argument]);
}

async function whereabouts<Part>({ sees }: LocalProcess): Promise<Part> {
  return JSON.parse(await sees(/serves (.*)/)) as Part;
}

/** Returns the environment of a worker. Every call and every request to the table or the due queue has its id. */
function environmentOf(id: string, folder: string) {
  const environment: Omit<Environment, 'QUEUE_URL'> = {
    TABLE_NAME: 'events',
    SHARDS: '4',
    MAX_TIMEOUT_SECONDS: String(CALL_TIMEOUT_SECONDS),
    MAX_WAIT_SECONDS: '20',
    CONSOLE_REFRESH_SECONDS: '10',
    KEEP_FAILED_FOR: '',
    VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
    OWN_HOSTS: '',
    PRIVATE_TARGETS: 'true',
    QUEUE_NAME: 'chaos',
    VERSION: id,
  };
  return {
    ...environment,
    FUNCTION_TIMEOUT: String(FUNCTION_TIMEOUT),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SDK_UA_APP_ID: id,
    POWERTOOLS_LOG_LEVEL: 'ERROR',
    POWERTOOLS_METRICS_DISABLED: 'true',
    NODE_COMPILE_CACHE: `${folder}/compiled`,
  };
}

async function stopAll(
  fleet: Fleet,
  proxies: readonly FaultProxy[],
  emulators: readonly LocalProcess[],
): Promise<void> {
  await fleet.stop();
  for (const proxy of proxies) proxy.close();
  for (const { kill } of emulators) kill('SIGKILL');
  await Promise.all(emulators.map(({ ended }) => ended));
}
