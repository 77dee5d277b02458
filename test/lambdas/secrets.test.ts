import { beforeAll, describe, expect, test } from '@jest/globals';
import { captureLines, type Line } from '../support/captured-lines.ts';
import { failingLife, foreignMessages } from '../support/failing-life.ts';
import { planted, secretsIn } from '../support/planted-secrets.ts';
import type { TelltaleFault } from '../support/telltale-endpoint.ts';

const FAULTS: readonly TelltaleFault[] = ['quotes what it refuses', 'answers garbage', 'breaks down', 'hangs up'];

let text: string;
let lines: readonly Line[];
let traffic: string;
let secrets: Readonly<Record<string, string>>;
const failures = new Map<TelltaleFault | undefined, number>();

beforeAll(async () => {
  const captured = captureLines();
  const life = await failingLife();
  const countFailures = async (fault: TelltaleFault | undefined, act: () => Promise<void>) => {
    const failed = () => captured.lines.filter(({ message }) => message === 'failure').length;
    const before = failed();
    await act();
    failures.set(fault, failed() - before);
  };
  try {
    await countFailures(undefined, life.refuse);
    for (const fault of FAULTS) await countFailures(fault, () => life.failBy(fault));
    secrets = { ...planted, apiKey: life.apiKey };
    traffic = life.traffic();
  } finally {
    ({ lines, text } = captured);
    captured.restore();
    await life.close();
  }
});

describe('the logs of the functions, whatever fails', () => {
  test('hold no secret that was sent, answered or refused', () => {
    const found = text.split('\n').flatMap((line) => secretsIn(line, secrets).map((where) => `${where} in ${line}`));
    expect(found).toEqual([]);
  });

  test('report each failure of the cloud, and each message that is not of the queue', () => {
    expect(failures.get(undefined)).toBe(foreignMessages.length);
    for (const fault of FAULTS) expect([fault, Number(failures.get(fault)) > 5]).toEqual([fault, true]);
  });

  test('are of attempts that ended in every way, with secrets in what table and due queue were told', () => {
    const outcomes = lines.flatMap(({ outcome }) => outcome ?? []);
    expect(new Set(outcomes)).toEqual(new Set(['answered', 'unreachable', 'invalid_answer', 'timed_out']));
    expect(secretsIn(traffic)).toEqual(
      expect.arrayContaining(['path', 'query', 'header', 'body', 'answerBody', 'answerHeader', 'redirect']),
    );
  });
});
