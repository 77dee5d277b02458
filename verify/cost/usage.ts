import { DISPATCH_MEMORY, MEMORY } from '../../lib/queue-function.ts';
import type { DeployedFunctions, DeployedName } from '../shared/deployed-functions.ts';
import type { AwsCall } from '../shared/recording-endpoint.ts';

/** What AWS counts, and asks money for. */
export type Usage = {
  readonly apiRequests: number;
  readonly invocations: number;
  readonly billedMilliseconds: number;
  /** Those of the billed milliseconds in which a deliverer waits for the instant of an attempt. */
  readonly waitedMilliseconds: number;
  readonly gigabyteSeconds: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly tableRequests: number;
  readonly queueRequests: number;
  readonly loggedBytes: number;
};

/**
 * How long a function is taken to work, in milliseconds: at 512 MB it has 0.29 of a processor. Requests to AWS count as if each were made
 * after the one before.
 */
const workingTime = { anInvocation: 5, aRequest: 8 } as const;

/** As CloudWatch counts lines. */
const LINE_OVERHEAD = 26;
/** What the API logs of a request. */
const ACCESS_LINE =
  '{"service":"EventQueue/Queue","requestId":"JKJaXmPLvHcESHA=","time":"10/Mar/2026:05:16:23 +0000","route":"POST /events","status":"201","latency":"12","error":"-"}';

/** Each amount made of those of two usages. */
export function combined(a: Usage, b: Usage, of: (a: number, b: number) => number): Usage {
  const names = Object.keys(a) as (keyof Usage)[];
  return Object.fromEntries(names.map((name) => [name, of(a[name], b[name])])) as Usage;
}

export function times(usage: Usage, factor: number): Usage {
  return combined(usage, usage, (amount) => amount * factor);
}

/** Counts what deployed functions use from now on, and keeps their logs from the terminal. */
export function usageMeter(functions: DeployedFunctions) {
  const write = process.stdout.write;
  const used = new Map<DeployedName, Usage>();
  let logged = 0;
  const metrics = new Set<string>();
  process.stdout.write = (text: string | Uint8Array) => {
    logged += Buffer.byteLength(text) + LINE_OVERHEAD;
    for (const [, name = ''] of String(text).matchAll(/"Name":"(\w+)"/g)) metrics.add(name);
    return true;
  };

  /** @param around is used around it: the request to the API, and so on */
  async function invoke(name: DeployedName, run: () => Promise<unknown>, around: Partial<Usage> = {}): Promise<void> {
    const before = functions.calls(name).length;
    logged = 0;
    await run();
    const calls = functions.calls(name).slice(before);
    const own: Usage = { ...emptyInvocation, ...around };
    const more = combined(own, inCalls(calls, logged), (a, b) => a + b);
    const gigabyteSeconds = (more.billedMilliseconds / 1_000) * (memoryOf(name) / 1_024);
    used.set(
      name,
      combined(usedBy(name), { ...more, gigabyteSeconds }, (a, b) => a + b),
    );
  }

  function usedBy(name: DeployedName): Usage {
    return used.get(name) ?? nothing;
  }

  return {
    /** By one of the functions, or by all. */
    used: (name?: DeployedName): Usage =>
      name === undefined
        ? [...used.values()].reduce((a, b) => combined(a, b, (one, two) => one + two), nothing)
        : usedBy(name),
    /** How many metrics were written. */
    metrics: () => metrics.size,
    request: (run: () => Promise<unknown>) =>
      invoke('publish', run, { apiRequests: 1, loggedBytes: ACCESS_LINE.length + LINE_OVERHEAD }),
    run: () => invoke('dispatch', functions.dispatch),
    /** Lambda fetches the messages and deletes them. */
    batch: (
      bodies: readonly string[],
      { waited, longestCall }: { readonly waited: number; readonly longestCall: number },
    ) =>
      invoke('deliver', () => functions.deliver(bodies), {
        queueRequests: 2,
        billedMilliseconds: workingTime.anInvocation + waited + longestCall,
        waitedMilliseconds: waited,
      }),
    close() {
      process.stdout.write = write;
    },
  };
}

function memoryOf(name: DeployedName): number {
  return name === 'dispatch' ? DISPATCH_MEMORY : MEMORY;
}

const emptyInvocation: Usage = {
  apiRequests: 0,
  invocations: 1,
  billedMilliseconds: workingTime.anInvocation,
  waitedMilliseconds: 0,
  gigabyteSeconds: 0,
  writeUnits: 0,
  readUnits: 0,
  tableRequests: 0,
  queueRequests: 0,
  loggedBytes: 0,
};

/** The usage of nobody. */
export const nothing: Usage = times(emptyInvocation, 0);

function inCalls(calls: readonly AwsCall[], loggedBytes: number): Usage {
  const sum = (amountOf: (call: AwsCall) => number) => calls.reduce((total, call) => total + amountOf(call), 0);
  return {
    apiRequests: 0,
    invocations: 0,
    billedMilliseconds: calls.length * workingTime.aRequest,
    waitedMilliseconds: 0,
    gigabyteSeconds: 0,
    writeUnits: sum(({ writeUnits }) => writeUnits),
    readUnits: sum(({ readUnits }) => readUnits),
    tableRequests: calls.filter(({ action }) => action.startsWith('dynamodb:')).length,
    queueRequests: calls.filter(({ action }) => action.startsWith('sqs:')).length,
    loggedBytes,
  };
}
