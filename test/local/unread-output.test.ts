import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../../verify/shared/free-port.ts';
import { serveInProcess } from '../../verify/shared/local-process.ts';
import { eventually, publish, readEvent } from '../support/http-client.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

let folder: string;
const cleanUps: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a queue whose output is no longer read', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends well on %s when stdout is closed', async (signal) => {
    const child = await start(['ignore', 'pipe', 'ignore']);
    child.stdout?.destroy();
    await expectGoodEnd(child, signal);
  });

  test('ends well when stdout and stderr are closed', async () => {
    const child = await start(['ignore', 'pipe', 'pipe']);
    child.stdout?.destroy();
    child.stderr?.destroy();
    await expectGoodEnd(child, 'SIGINT');
  });

  test('ends well when a pipe is full and never read', async () => {
    const pipe = fullPipe();
    await expectGoodEnd(await start(['ignore', pipe, pipe]), 'SIGINT');
  });
});

test.each([
  [['list'], 0],
  [['bogus'], 2],
])('keys %j ends as it would otherwise when nobody reads what it prints', async (args, exitCode) => {
  await (await start(['ignore', 'ignore', 'ignore'])).kill('SIGKILL');
  const child = spawn(process.execPath, [MAIN, 'keys', ...args, '--data', join(folder, 'data')], {
    env: plainEnvironment(),
  });
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await once(child, 'exit')).toEqual([exitCode, null]);
});

/**
 * Sends `signal` to the queue while a call is under way, and checks that the process ends with exit code 0, and that
 * the event was called once and is a success after the next start.
 */
async function expectGoodEnd(child: Started, signal: NodeJS.Signals): Promise<void> {
  const receiver = await openReceiver();
  const { key } = await publish(child.url, { url_to_send_request: receiver.url });
  const answer = await receiver.called;
  const ended = once(child, 'exit');
  child.kill(signal);
  await eventually(async () => expect(fetch(`${child.url}/health`)).rejects.toThrow());
  answer.end('done');
  expect(await ended).toEqual([0, null]);

  const again = await serveInProcess(['--data', join(folder, 'data')]);
  cleanUps.push(() => {
    again.kill('SIGKILL');
    return again.ended;
  });
  expect(await readEvent(again.url, key)).toMatchObject({ status: 'success', try_count: 1 });
  expect(receiver.calls()).toBe(1);
}

type Started = ChildProcess & { readonly url: string };

async function start(stdio: StdioOptions): Promise<Started> {
  const port = await freePort();
  const args = [MAIN, '--port', String(port), '--data', join(folder, 'data')];
  const child = spawn(process.execPath, args, { stdio, env: plainEnvironment() });
  cleanUps.push(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/health`)).status).toBe(200));
  return Object.assign(child, { url });
}

/**
 * Returns the file descriptor of a full pipe that nobody reads, so that every further write to the pipe blocks or
 * fails.
 */
function fullPipe(): number {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  cleanUps.push(() => closeSync(pipe));
  try {
    for (;;) writeSync(pipe, '.');
  } catch (error) {
    expect(error).toMatchObject({ code: 'EAGAIN' });
    return pipe;
  }
}

/**
 * Opens a receiver whose first call stays open until the test answers it: `called` resolves with the response to write.
 * Further calls are counted and never answered.
 */
async function openReceiver() {
  let calls = 0;
  const { promise: called, resolve } = Promise.withResolvers<ServerResponse>();
  const server = createServer((_, response) => {
    calls++;
    resolve(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, called, calls: () => calls };
}

/** Returns the environment of this process without `NODE_OPTIONS`, which the test runner sets for itself. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...environment } = process.env;
  return environment;
}
