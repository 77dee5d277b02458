import { DISPATCH_MEMORY, MEMORY } from '../../lib/queue-function.ts';
import type { DeployedFunctions, DeployedName } from '../shared/deployed-functions.ts';
import type { AwsCall } from '../shared/recording-endpoint.ts';

/** The amounts that AWS counts and charges for, and two that explain them. */
export type Usage = {
  readonly apiRequests: number;
  readonly invocations: number;
  readonly billedMilliseconds: number;
  /** The part of the billed milliseconds in which a deliverer waits for the instant of an attempt. */
  readonly waitedMilliseconds: number;
  readonly gigabyteSeconds: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly tableRequests: number;
  readonly queueRequests: number;
  readonly loggedBytes: number;
};

/**
 * The assumed milliseconds of work of an invocation and of each request to AWS, at 512 MB, which is 0.29 of a
 * processor. The requests of an invocation are counted as if they were made one after the other.
 */
const workingTime = { anInvocation: 5, aRequest: 8 } as const;

/** The bytes that CloudWatch Logs adds to each line. */
const LINE_OVERHEAD = 26;
/** A line of the access log, of which the API writes one for each request. */
const ACCESS_LINE =
  '{"service":"EventQueue/Queue","requestId":"JKJaXmPLvHcESHA=","time":"10/Mar/2026:05:16:23 +0000","route":"POST /events","status":"201","latency":"12","error":"-"}';

/** Combines each amount of two usages by `of`. */
export function combined(a: Usage, b: Usage, of: (a: number, b: number) => number): Usage {
  const names = Object.keys(a) as (keyof Usage)[];
  return Object.fromEntries(names.map((name) => [name, of(a[name], b[name])])) as Usage;
}

export function times(usage: Usage, factor: number): Usage {
  return combined(usage, usage, (amount) => amount * factor);
}

/**
 * Counts what deployed functions use from now on. Their output does not reach the terminal until the meter is closed.
 */
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

  /** @param around what AWS counts for the invocation beside the function, such as the request to the API */
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
    /** Returns what one function has used so far, or all of them. */
    used: (name?: DeployedName): Usage =>
      name === undefined
        ? [...used.values()].reduce((a, b) => combined(a, b, (one, two) => one + two), nothing)
        : usedBy(name),
    /** Returns the number of different metrics that were written. */
    metrics: () => metrics.size,
    request: (run: () => Promise<unknown>) =>
      invoke('publish', run, { apiRequests: 1, loggedBytes: ACCESS_LINE.length + LINE_OVERHEAD }),
    run: () => invoke('dispatch', functions.dispatch),
    /** Counts two requests to SQS for each batch, because Lambda fetches the messages and deletes them. */
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

/** A usage in which every amount is zero. */
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
