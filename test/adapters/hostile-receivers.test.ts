import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer, CallResult } from '../../core/event/progress.ts';
import { bombs, tarpits } from '../../verify/hostile/hostile-receivers.ts';
import { lyingAnswers, wholeAnswers } from '../../verify/hostile/lying-answers.ts';
import type { ManyCalls } from '../../verify/hostile/many-calls.ts';
import { strangerCaller } from '../../verify/hostile/stranger-caller.ts';
import { runProcess } from '../../verify/shared/local-process.ts';
import { type Cut, cuttingReceiver, openTcpReceiver } from '../../verify/shared/tcp-receiver.ts';
import {
  openTlsReceiver,
  refusedCertificates,
  resolveToThisMachine,
  trustTestAuthority,
} from '../../verify/shared/tls-receivers.ts';

const MANY_CALLS = fileURLToPath(new URL('../../verify/hostile/many-calls.ts', import.meta.url));
const TIMEOUT = 300;
const LONG_TIMEOUT = 5_000;
const KB = 1_024;
const MOST_GROWTH = 64 * KB * KB;

const opened: { close(): void }[] = [];

afterEach(() => {
  for (const { close } of opened.splice(0)) close();
});

describe('a call ends at its timeout if the receiver', () => {
  test.each(tarpits)('$does', async ({ open }) => {
    const { url, resolve } = await toBeClosed(open());
    const caller = strangerCaller(resolve);
    const result = await caller.call(url, TIMEOUT);
    expect(result).toEqual({ outcome: 'timed_out', error: `No whole answer within ${TIMEOUT} ms.` });
  });
});

describe('a call keeps no more than its limits if the receiver', () => {
  test.each(bombs)('$does', async ({ outcome, open }) => {
    const { url } = await toBeClosed(open());
    const result = await strangerCaller().call(url, outcome === 'timed_out' ? TIMEOUT : LONG_TIMEOUT);
    expect(result.outcome).toBe(outcome);
    if (result.outcome !== 'answered') return;
    expect(result.answer.truncated).toBe(true);
    expect(result.answer.body.buffer.byteLength).toBeLessThanOrEqual(64 * KB);
    expect(headerBytes(result.answer)).toBeLessThanOrEqual(16 * KB);
  });
});

describe('50 calls at a time take less than 64 MiB if the receiver', () => {
  test.each(bombs.filter(({ does }) => /body$|one byte|informational answers$/.test(does)))(
    '$does',
    async ({ open }) => {
      const { url } = await toBeClosed(open());
      const options = ['--url', url, '--calls', '50', '--timeout', '2000'];
      const { ended, printed } = runProcess(process.execPath, [MANY_CALLS, ...options]);
      expect([await ended, printed()]).toEqual([0, expect.stringMatching(/^\{.*\}\n$/)]);
      expect((JSON.parse(printed()) as ManyCalls).growth).toBeLessThan(MOST_GROWTH);
    },
  );
});

describe('an outcome is recorded for an answer that', () => {
  test.each(lyingAnswers)('$what', async ({ bytes, outcome, says }) => {
    const { url } = await toBeClosed(openTcpReceiver((socket) => socket.end(bytes, 'latin1')));
    const result = await strangerCaller().call(url, LONG_TIMEOUT);
    expect(result.outcome).toBe(outcome);
    if (result.outcome === 'answered') expect(result.answer.statusCode).toBe(says);
    else expect(result.error).toMatch(says as RegExp);
  });

  test('contains every possible byte, and is kept as it came', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const printable = Buffer.from(bytes.filter((byte) => byte > 32 && byte !== 127)).toString('latin1');
    const head = `HTTP/1.1 200 OK\r\nX-A: ${printable}\r\nContent-Length: 256\r\n\r\n`;
    const { url } = await toBeClosed(
      openTcpReceiver((socket) => socket.end(Buffer.concat([Buffer.from(head, 'latin1'), bytes]))),
    );
    const { headers, body } = answerOf(await strangerCaller().call(url, LONG_TIMEOUT));
    expect(headers[0]).toEqual(['x-a', printable]);
    expect(body).toEqual(bytes);
  });

  test("is followed by another one, which ends the connection and is nobody's", async () => {
    const answer = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    const sockets: Socket[] = [];
    const { url } = await toBeClosed(
      openTcpReceiver((socket) => {
        sockets.push(socket);
        socket.on('data', () => socket.write(answer('asked for')));
      }),
    );
    const { call } = strangerCaller();
    expect(String(answerOf(await call(url, LONG_TIMEOUT)).body)).toBe('asked for');
    const [first] = sockets as [Socket];
    first.write(answer('not asked for'));
    await once(first, 'close');
    expect(String(answerOf(await call(url, LONG_TIMEOUT)).body)).toBe('asked for');
  });
});

describe('an answer that breaks off after any of its bytes does not count', () => {
  const ways: readonly Cut['how'][] = ['ends', 'resets'];
  test.each(wholeAnswers.flatMap(({ what, bytes }) => ways.map((how) => ({ what, bytes, how }))))(
    '$what, if the connection $how',
    async ({ bytes, how }) => {
      const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => length);
      const { call } = strangerCaller();
      const results = await Promise.all(
        lengths.map(async (length) => {
          const { url } = await toBeClosed(cuttingReceiver(bytes, { length, how }));
          return call(url, LONG_TIMEOUT);
        }),
      );
      const cut = Array(bytes.length - 1).fill('invalid_answer');
      expect(results.map(({ outcome }) => outcome)).toEqual(['unreachable', ...cut, 'answered']);
    },
  );
});

describe('over TLS', () => {
  let distrust: () => void;
  beforeAll(() => {
    distrust = trustTestAuthority();
  });
  afterAll(() => distrust());

  test('a host with a good certificate answers', async () => {
    expect((await callOverTls('server.pem', 'localhost')).outcome).toBe('answered');
  });

  test.each(refusedCertificates)('a host is refused whose certificate $what', async ({ file, host, says }) => {
    expect(await callOverTls(file, host)).toEqual({ outcome: 'unreachable', error: expect.stringMatching(says) });
  });

  test('a host is refused whose certificate no known authority signed', async () => {
    distrust();
    const result = await callOverTls('server.pem', 'localhost').finally(trustTestAuthority);
    expect(result).toEqual({ outcome: 'unreachable', error: expect.stringMatching(/authority/) });
  });

  async function callOverTls(certificate: string, host: string): Promise<CallResult> {
    const { port } = await toBeClosed(openTlsReceiver(certificate));
    return strangerCaller(resolveToThisMachine).call(`https://${host}:${port}/`, LONG_TIMEOUT);
  }
});

async function toBeClosed<Receiver extends { close(): void }>(opening: Promise<Receiver>): Promise<Receiver> {
  const receiver = await opening;
  opened.push(receiver);
  return receiver;
}

function answerOf(result: CallResult): Answer {
  if (result.outcome !== 'answered') throw new Error(`There was no answer: ${JSON.stringify(result)}`);
  return result.answer;
}

function headerBytes({ headers }: Answer): number {
  return Buffer.byteLength(headers.flat().join(''));
}
