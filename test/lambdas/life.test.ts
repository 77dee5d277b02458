import { beforeAll, describe, expect, test } from '@jest/globals';
import { DIMENSION } from '../../lambdas/runtime/metric-names.ts';
import { captureLines, type Line, metricSetsIn } from '../support/captured-lines.ts';
import { allowedTo, resourcesIn, stackWith } from '../support/synthesized.ts';
import { SECRET_WORD, wholeLife } from '../support/whole-life.ts';

const template = stackWith();

/** The actions that Lambda itself takes with the role of a function whose events come from a queue. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

let life: Awaited<ReturnType<typeof wholeLife>>;
let lines: readonly Line[];
let text: string;

beforeAll(async () => {
  const captured = captureLines();
  try {
    life = await wholeLife();
  } finally {
    ({ lines, text } = captured);
    captured.restore();
  }
});

test.each(['publish', 'read', 'manage', 'site', 'dispatch', 'deliver'] as const)(
  '%s asks AWS for all that its role allows, and for nothing else',
  (name) => {
    const own = allowedTo(
      template,
      name.replace(/^./, (letter) => letter.toUpperCase()),
    );
    const allowed = Object.values(own)
      .flat()
      .filter((one) => /^(dynamodb|sqs):/.test(one));
    const byLambda = name === 'deliver' ? POLLING : [];
    const asked = life.calls(name).map(({ action }) => action);
    expect(new Set(asked)).toEqual(new Set(allowed.filter((one) => !byLambda.includes(one))));
  },
);

describe('the metrics', () => {
  test('that the functions write are exactly those that dashboard and alarms look at', () => {
    const written = metricSetsIn(lines).flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
    expect([...new Set(written)].sort()).toEqual([...new Set(metricsLookedAt())].sort());
  });

  test('have one dimension, the queue, because each further one would cost money', () => {
    for (const { Namespace, Dimensions } of metricSetsIn(lines)) {
      expect({ Namespace, Dimensions }).toEqual({ Namespace: 'EventQueue', Dimensions: [[DIMENSION]] });
    }
    const named = lines.filter((line) => '_aws' in line).map((line) => line[DIMENSION]);
    expect(new Set(named)).toEqual(new Set(['Stack/Queue']));
  });
});

describe('the logs', () => {
  test('have one line for each attempt, with the event’s key and how it ended', () => {
    const attempts = lines.filter(({ message }) => message === 'attempt');
    const counted = metricSetsIn(lines).flatMap(({ Metrics }) => Metrics.filter(({ Name }) => /^Attempts/.test(Name)));
    expect(attempts.length).toBeGreaterThanOrEqual(counted.length);
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(
      new Set(['answered', 'timed_out', 'unreachable', 'invalid_answer', 'blocked', 'crashed']),
    );
    for (const line of attempts) {
      expect(line).toMatchObject({
        event_key: expect.stringMatching(/^\d{11}\.\d{3}-[0-9a-f-]{36}$/),
        attempt: expect.any(Number),
        host: 'user.example.com',
        late_ms: expect.any(Number),
        duration_ms: expect.any(Number),
      });
    }
    expect(new Set(attempts.map(({ event_key, attempt }) => `${event_key} ${attempt}`)).size).toBe(attempts.length);
  });

  test('never hold what was sent, what was answered, or the API key that was used', () => {
    expect(text).not.toContain(SECRET_WORD);
    expect(text).not.toContain(life.secret);
    expect(text).not.toContain('token=');
  });

  test('are JSON to the last line, and report no failure if there was none', () => {
    expect(
      text
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('{')),
    ).toEqual([]);
    expect(lines.filter(({ level }) => level !== undefined && level !== 'INFO')).toEqual([]);
  });
});

function metricsLookedAt(): readonly string[] {
  const [dashboard] = resourcesIn(template, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody).replaceAll('\\', '');
  const shown = [...body.matchAll(/\["EventQueue","(\w+)"/g)].map(([, name]) => name ?? '');
  const alarms = resourcesIn(template, 'AWS::CloudWatch::Alarm').flatMap(({ Properties }) => [
    Properties,
    ...(Properties.Metrics ?? []).map(({ MetricStat }: { MetricStat?: { Metric: object } }) => MetricStat?.Metric),
  ]);
  return [...shown, ...alarms.filter((one) => one?.Namespace === 'EventQueue').map((one) => one.MetricName)];
}
