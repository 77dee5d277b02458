import assert from 'node:assert/strict';
import { functionNames, type LogLine, logOf, parsedLines } from './logs.ts';
import { eventFor, publishMany } from './many-checks.ts';
import { describeAlarms, putEmbeddedMetrics } from './monitoring.ts';
import type { Stage, StageChecks } from './stage.ts';
import { until } from './until.ts';

/** The seconds within which the dispatcher, which runs once a minute, has run twice. */
const TWO_RUNS = 150;
/** How often events are called, at most, until the emulator has handed over all lines. */
const ROUNDS_FOR_LINES = 20;
const FAILED = /"message":"failure"|Task timed out|Error:/;

export const telemetryChecks: StageChecks = {
  'the dispatcher runs once a minute, by its rule alone': async (stage) => {
    const runs = await until('two runs of the dispatcher', TWO_RUNS, async () => {
      const lines = parsedLines(await logOf(stage.aws, stage.deployed, 'Dispatch'));
      const found = lines.filter(({ LeadingLag }) => LeadingLag !== undefined);
      return found.length >= 2 && found;
    });
    const [last = 0, before = 0] = runs.map(({ _aws }) => _aws?.Timestamp ?? 0).sort((a, b) => b - a);
    assert.ok(Math.abs(last - before - 60_000) < 25_000, `Two runs were ${last - before} ms apart.`);
  },

  'every metric of ours that an alarm looks at is written under its name': async (stage) => {
    await failForGood(stage);
    const isWanted = (metric: string) => !isPauseTime(metric);
    let missing: readonly string[] = [];
    await until('the metrics', TWO_RUNS, async () => {
      missing = await metricsNotWritten(stage, isWanted);
      return missing.length === 0;
    }).catch(() => assert.deepEqual(missing, []));
    return alarmMetrics(stage)
      .map((metric) => metric.split(' ')[0])
      .join(', ');
  },

  'the alarm of events that failed for good goes off, and that of a dispatcher that is behind does not': async (
    stage,
  ) => {
    const { aws, deployed } = stage;
    const startedAt = Date.now();
    await failForGood(stage);
    const lines = await until('a failure and a run of the dispatcher in the logs', TWO_RUNS, async () => {
      const all = await linesOfAll(stage);
      const isNew = ({ _aws }: LogLine) => (_aws?.Timestamp ?? 0) >= startedAt;
      return (
        all.some((line) => line.Exhausted !== undefined && isNew(line)) &&
        all.some(({ LeadingLag }) => LeadingLag !== undefined) &&
        all
      );
    });
    await putEmbeddedMetrics(aws, lines, ['Exhausted', 'LeadingLag']);
    const names = ['QueueAlarmsEventsFailed', 'QueueAlarmsDispatchBehind'].map((start) =>
      deployed.physical(start, 'AWS::CloudWatch::Alarm'),
    );
    const alarms = await until('the states of both alarms', 60, async () => {
      const found = await describeAlarms(aws, names);
      return found.every(({ StateValue }) => StateValue !== 'INSUFFICIENT_DATA') && found;
    });
    const stateOf = (name: string) => alarms.find(({ AlarmName }) => AlarmName === name)?.StateValue;
    assert.deepEqual(names.map(stateOf), ['ALARM', 'OK']);
  },

  'deliver writes a line for each attempt': async (stage) => {
    await callMany(stage);
    // An attempt may send its request twice, so the attempts are compared, and not their numbers.
    const called = new Set(stage.receiver.calls.map(({ key, attempt }) => `${key} ${attempt}`));
    assert.ok(called.size > 0);
    let missing: ReadonlySet<string> = called;
    // The emulator waits 50 ms for what a function writes. It hands over a later line when the same process of the
    // function is called again, so events are called until all lines are there.
    for (let round = 0; round < ROUNDS_FOR_LINES && missing.size > 0; round++) {
      if (round > 0) await callMany(stage);
      missing = called.difference(await attemptsInLog(stage));
    }
    assert.deepEqual([...missing], []);
  },

  'no function wrote a failure': async ({ aws, deployed }) => {
    const logs = await Promise.all(
      functionNames.map(async (name) => (await logOf(aws, deployed, name)).map((line) => `${name}: ${line}`)),
    );
    const lines = logs.flat();
    const failures = lines.filter((line) => FAILED.test(line)).map((line) => line.slice(0, 300));
    assert.deepEqual(failures, []);
    assert.ok(lines.length > 0, 'There are no logs.');
    return `${lines.length} lines`;
  },

  '/stats counts what happened': async ({ queue }) => {
    const { json } = await queue.api('GET', '/stats?range=hour');
    const succeeded = json.periods.reduce((sum: number, period: { succeeded: number }) => sum + period.succeeded, 0);
    assert.ok(succeeded >= 30, `It counts ${succeeded} successes.`);
  },
};

/** Returns whether a metric is the one that the dispatcher writes only while the queue is paused. */
export function isPauseTime(metric: string): boolean {
  return metric.startsWith('PausedFor ');
}

/** Resolves with the metrics of the queue that an alarm looks at and that no function has written under that name. */
export async function metricsNotWritten(
  stage: Stage,
  isWanted: (metric: string) => boolean,
): Promise<readonly string[]> {
  const wanted = alarmMetrics(stage).filter(isWanted);
  assert.ok(wanted.length > 0, 'No alarm looks at such a metric.');
  const written = new Set([...writtenMetrics(await linesOfAll(stage)), ...filteredMetrics(stage)]);
  return wanted.filter((metric) => !written.has(metric));
}

async function failForGood(stage: Stage): Promise<void> {
  const event = await stage.queue.publish({ ...eventFor(stage, '/status/500'), max_try_count: 1 });
  assert.equal((await stage.queue.finished(event)).status, 'max_try_count_reached');
}

async function callMany(stage: Stage): Promise<void> {
  const events = await publishMany(stage, 10, '/log-lines', 'log-lines');
  await Promise.all(events.map((event) => stage.queue.finished(event)));
}

/** Resolves with the attempts for which deliver has written a line. */
async function attemptsInLog({ aws, deployed }: Stage): Promise<ReadonlySet<string>> {
  const lines = parsedLines(await logOf(aws, deployed, 'Deliver'));
  const attempts = lines.filter(({ message }) => message === 'attempt');
  return new Set(attempts.map(({ event_key, attempt }) => `${event_key} ${attempt}`));
}

async function linesOfAll({ aws, deployed }: Stage): Promise<readonly LogLine[]> {
  const logs = await Promise.all(functionNames.map((name) => logOf(aws, deployed, name)));
  return parsedLines(logs.flat());
}

/** Returns the metrics that were written, with their namespaces and dimensions, in the form of `alarmMetrics`. */
function writtenMetrics(lines: readonly LogLine[]): ReadonlySet<string> {
  return new Set(
    lines.flatMap((line) =>
      (line._aws?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) => {
        const dimensions = Dimensions.flat().map((name) => [name, line[name]]);
        return Metrics.map(({ Name }) => `${Name} ${Namespace} ${JSON.stringify(dimensions)}`);
      }),
    ),
  );
}

/** Returns the metrics that filters read from the access log, in the form of `alarmMetrics`. */
function filteredMetrics({ deployed }: Stage): readonly string[] {
  const resources = Object.values(deployed.wholeTemplate.Resources);
  const stage = resources.find(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage');
  const line = JSON.parse(stage?.Properties.AccessLogSettings.Format ?? '{}');
  const filters = resources.filter(({ Type }) => Type === 'AWS::Logs::MetricFilter');
  const metrics: readonly FilteredMetric[] = filters.flatMap(({ Properties }) => Properties.MetricTransformations);
  return metrics.map(({ MetricName, MetricNamespace, Dimensions }) => {
    const dimensions = Dimensions.map(({ Key, Value }) => [Key, line[Value.replace('$.', '')]]);
    return `${MetricName} ${MetricNamespace} ${JSON.stringify(dimensions)}`;
  });
}

type FilteredMetric = {
  readonly MetricName: string;
  readonly MetricNamespace: string;
  readonly Dimensions: readonly { readonly Key: string; readonly Value: string }[];
};

type MetricOfAlarm = {
  readonly MetricName: string;
  readonly Namespace: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
};

/** Returns the metrics of the queue that alarms look at, directly or in an expression. */
function alarmMetrics({ deployed }: Stage): readonly string[] {
  const found = new Set<string>();
  for (const { Type, Properties } of Object.values(deployed.wholeTemplate.Resources)) {
    if (Type !== 'AWS::CloudWatch::Alarm') continue;
    const { Metrics = [] } = Properties as { Metrics?: readonly { MetricStat?: { Metric: MetricOfAlarm } }[] };
    const metrics = [Properties as MetricOfAlarm, ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
    for (const { MetricName, Namespace, Dimensions = [] } of metrics) {
      const dimensions = Dimensions.map(({ Name, Value }) => [Name, Value]);
      if (Namespace !== undefined && !Namespace.startsWith('AWS/'))
        found.add(`${MetricName} ${Namespace} ${JSON.stringify(dimensions)}`);
    }
  }
  return [...found];
}
