import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { awsProtocols, elements } from '../../../verify/deployed/aws.ts';
import { callChecks } from '../../../verify/deployed/call-checks.ts';
import { changeChecks } from '../../../verify/deployed/change-checks.ts';
import type { Deployment } from '../../../verify/deployed/deployment.ts';
import { keyChecks } from '../../../verify/deployed/key-checks.ts';
import { manyChecks } from '../../../verify/deployed/many-checks.ts';
import { pageChecks, refusalChecks } from '../../../verify/deployed/page-checks.ts';
import { pauseChecks } from '../../../verify/deployed/pause-checks.ts';
import { queueClient } from '../../../verify/deployed/queue-client.ts';
import { openReceiver } from '../../../verify/deployed/receiver.ts';
import { lastChecks, stackChecks } from '../../../verify/deployed/stack-checks.ts';
import type { Stage, StageChecks } from '../../../verify/deployed/stage.ts';
import { telemetryChecks } from '../../../verify/deployed/telemetry-checks.ts';
import { runProcess } from '../../../verify/shared/local-process.ts';
import { openVerdicts } from '../../../verify/shared/verdicts.ts';

const DEPLOYED = fileURLToPath(new URL('../../../verify/deployed/main.ts', import.meta.url));

describe('npm run deployed', () => {
  const run = async (args: readonly string[], endpoint?: string) => {
    const environment = { AWS_ENDPOINT_URL: endpoint };
    const { ended, printed } = runProcess(process.execPath, [DEPLOYED, ...args], { environment });
    return { exitCode: await ended, lines: printed().trimEnd().split('\n') };
  };

  test('says in one line that there is no emulator, and ends with 2', async () => {
    expect(await run([])).toEqual({
      exitCode: 2,
      lines: [
        'There is no emulator to deploy to, so nothing was checked: set AWS_ENDPOINT_URL to the address of one, or give a checkout of ministack with --ministack <folder>.',
      ],
    });
  });

  test.each([
    [
      'where nothing answers',
      [],
      'http://127.0.0.1:1',
      /^No emulator answers at AWS_ENDPOINT_URL, http:\/\/127\.0\.0\.1:1,/,
    ],
    ['on AWS', [], 'https://dynamodb.us-east-1.amazonaws.com', /give the address of an emulator on this machine/],
    ['that is no URL', [], 'ministack', /AWS_ENDPOINT_URL is ministack,/],
    ['in a folder without one', ['--ministack', tmpdir()], undefined, /^There is no ministack in /],
  ])('deploys to no emulator %s', async (_, args, endpoint, line) => {
    const { exitCode, lines } = await run(args, endpoint);
    expect([exitCode, lines]).toEqual([2, [expect.stringMatching(line)]]);
  });

  test('names a wrong option', async () => {
    expect(await run(['--bogus'])).toEqual({
      exitCode: 2,
      lines: [expect.stringContaining("Unknown option '--bogus'")],
    });
  });

  test.each([200, 500])('deploys to nothing that answers %i and is no emulator', async (status) => {
    const { server, url } = await serverThatAnswers(status);
    const { exitCode, lines } = await run([], url);
    server.close().closeAllConnections();
    expect([exitCode, lines]).toEqual([2, [expect.stringMatching(/^No emulator answers at AWS_ENDPOINT_URL, /)]]);
  });
});

describe('verdicts', () => {
  const open = (only = '') => {
    const lines: string[] = [];
    return { ...openVerdicts({ print: (line) => lines.push(line), only }), lines };
  };
  const checks = {
    'that is so': async () => 'late by 2 ms',
    'that is not so': async () => {
      throw new Error('It was\n\nnot.');
    },
  };

  test('are a line for each check, and what was seen of one that fails', async () => {
    const { checkAll, count, lines } = open();
    await checkAll(checks, {});
    expect(count).toEqual({ passed: 1, failed: 1 });
    expect(lines).toEqual(['ok    that is so (late by 2 ms)', 'FAIL  that is not so\n      It was\n\n      not.']);
  });

  test('are those that were asked for', async () => {
    const { checkTogether, wants, count } = open('is so');
    await checkTogether(checks, {});
    expect([count, wants(checks), wants({ other: async () => {} })]).toEqual([{ passed: 1, failed: 0 }, true, false]);
  });
});

test('reads the elements of an answer', () => {
  const xml = '<a><b>1 &lt; 2 &amp;amp;</b><b>\n</b></a><bc>3</bc>';
  expect(elements(xml, 'b')).toEqual(['1 < 2 &amp;', '\n']);
});

describe('a check is red on a queue that answers 200 and nothing:', () => {
  const all: StageChecks = {
    ...stackChecks,
    ...pageChecks,
    ...refusalChecks,
    ...keyChecks,
    ...callChecks,
    ...manyChecks,
    ...changeChecks,
    ...telemetryChecks,
    ...pauseChecks,
    ...lastChecks,
  };
  let empty: Awaited<ReturnType<typeof emptyStage>>;
  beforeAll(async () => {
    empty = await emptyStage();
  });
  afterAll(() => empty.close());

  // A check that waits for minutes before it is red is left out.
  test.each(Object.keys(all).filter((name) => !name.startsWith('the dispatcher runs')))('%s', async (name) => {
    await expect(all[name]?.(empty.stage)).rejects.toThrow();
  });
});

async function emptyStage() {
  const { server, url } = await serverThatAnswers(200);
  const receiver = await openReceiver();
  const aws = awsProtocols(url);
  const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'A', Namespace: 'EventQueue' } };
  const template = { Resources: { Alarm: alarm } };
  const deployed: Deployment = {
    status: 'ROLLBACK_COMPLETE',
    outputs: {},
    resources: {},
    template,
    wholeTemplate: template,
    leftOut: [],
    filled: [],
    physical: () => 'name',
  };
  const queue = queueClient(aws, new URL(url).host, 'eq_key');
  const stage: Stage = { aws, receiver, deployed, queue, weakKey: 'eq_weak', keys: async () => '', tag: 'tag' };
  const close = () => {
    server.close().closeAllConnections();
    receiver.close();
  };
  return { stage, close };
}

async function serverThatAnswers(status: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => response.writeHead(status).end('{}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
