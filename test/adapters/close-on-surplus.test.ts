import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { httpCaller } from '../../adapters/http-caller.ts';
import type { QueuedEvent } from '../../core/event/event.ts';
import { openTlsReceiver, resolveToThisMachine, trustTestAuthority } from '../../verify/shared/tls-receivers.ts';
import { openReceiver } from '../support/receiver.ts';
import { queuedEvent, secrets } from '../support/sample-event.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Complete answers: their descriptions, their bytes, and what is stored of them. */
const answers: readonly (readonly [string, string, readonly [number, string], QueuedEvent['method']?])[] = [
  ['204', 'HTTP/1.1 204 No Content\r\n\r\n', [204, '']],
  ['204 that states a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n', [204, '']],
  ['304 that states a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n', [304, '']],
  ['200 without a body', `${OK}Content-Length: 0\r\n\r\n`, [200, '']],
  ['200 that counts characters', `${OK}Content-Length: 5\r\n\r\ngr\xc3\xbc\xc3`, [200, 'gr\xc3\xbc\xc3']],
  ['200 that repeats itself', `${OK}Content-Length: 4\r\n\r\n{}{}`, [200, '{}{}']],
  ['500 with a body', 'HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\nno', [500, 'no']],
  ['200 in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`, [200, 'ok']],
  [
    '200 in chunks with a trailer',
    `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-A: b\r\n\r\n`,
    [200, 'ok'],
  ],
  ['200 that closes', `${OK}Connection: close\r\nContent-Length: 2\r\n\r\nok`, [200, 'ok']],
  ['200 to HEAD', `${OK}Content-Length: 2\r\n\r\n`, [200, ''], 'HEAD'],
  ['200 of 64 KiB', `${OK}Content-Length: 65536\r\n\r\n${'x'.repeat(65_536)}`, [200, 'x'.repeat(65_536)]],
];

const answersOver = {
  http: answers,
  https: answers.filter(([what]) => /^204$|counts characters|in chunks$|HEAD/.test(what)),
};

const surpluses: readonly (readonly [string, string])[] = [
  ['a body', '{}'],
  ['the rest of a character', '\xbc'],
  ['a long body', 'x'.repeat(200_000)],
  ['an empty line', '\r\n'],
  ['half an empty line', '\n'],
  ['a NUL', '\0'],
  ['another answer', `${OK}Content-Length: 6\r\n\r\npoison`],
  ['another answer without a body', 'HTTP/1.1 204 X\r\n\r\n'],
  ['the beginning of another answer', `${OK}Content-Len`],
  ['the first byte of another answer', 'H'],
  ['an informational answer', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['the wish for another protocol', 'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
];

const OWN = `${OK}Content-Length: 3\r\n\r\nown`;
const OWN_TO_HEAD = `${OK}Content-Length: 3\r\n\r\n`;

/** The ways in which an answer and the bytes behind it arrive. */
const ways: Readonly<Record<string, (socket: Socket, answer: string, surplus: string) => void>> = {
  'in one packet': (socket, answer, surplus) => socket.write(answer + surplus, 'latin1'),
  'in the packet of its last byte': (socket, answer, surplus) => {
    socket.write(answer.slice(0, -1), 'latin1');
    setImmediate(() => socket.write(answer.slice(-1) + surplus, 'latin1'));
  },
  'right behind it': (socket, answer, surplus) => {
    socket.write(answer, 'latin1');
    socket.write(surplus, 'latin1');
  },
  'half in its packet': (socket, answer, surplus) => {
    socket.write(answer + surplus.slice(0, 1), 'latin1');
    setTimeout(() => socket.write(surplus.slice(1), 'latin1'), 30);
  },
};

const cleanUps: (() => void)[] = [];
let distrust: () => void;

beforeAll(() => {
  distrust = trustTestAuthority();
});
afterAll(() => distrust());
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

describe.each(['http', 'https'] as const)(
  'over %s, a complete answer is kept, and its connection used by no other call:',
  (protocol) => {
    describe.each(answersOver[protocol])('%s', (_, answer, kept, method = 'GET') => {
      test.each(surpluses)('behind it comes %s', async (_, surplus) => {
        for (const [way, speak] of Object.entries(ways)) {
          const { call, connections } = await receiving(protocol, method, (socket) => speak(socket, answer, surplus));
          expect([way, await call()]).toEqual([way, kept]);
          expect([way, await call()]).toEqual([way, [200, method === 'HEAD' ? '' : 'own']]);
          expect([way, connections.size]).toEqual([way, 2]);
        }
      });
    });

    test.each(surpluses)('just before the next call, comes %s', async (_, surplus) => {
      const { call, connections } = await receiving(protocol, 'GET', (socket) =>
        socket.write(`${OK}Content-Length: 2\r\n\r\nok`),
      );
      expect(await call()).toEqual([200, 'ok']);
      const [first] = connections as unknown as [Socket];
      first.on('error', () => {}).write(surplus, 'latin1');
      expect(await call()).toEqual([200, 'own']);
      expect(connections.size).toBe(2);
    });

    test.each(surpluses)('while the connection is idle, comes %s', async (_, surplus) => {
      const { call, connections } = await receiving(protocol, 'GET', (socket) =>
        socket.write(`${OK}Content-Length: 2\r\n\r\nok`),
      );
      expect(await call()).toEqual([200, 'ok']);
      const [first] = connections as unknown as [Socket];
      const closed = new Promise((resolve) => first.on('error', () => {}).once('close', resolve));
      first.write(surplus, 'latin1');
      await closed;
      expect(await call()).toEqual([200, 'own']);
      expect(connections.size).toBe(2);
    });
  },
);

describe.each(['http', 'https'] as const)('over %s, a connection is used again', (protocol) => {
  test.each(answersOver[protocol].filter(([what]) => !what.includes('closes')))(
    'behind %s',
    async (_, answer, kept, method = 'GET') => {
      const { call, connections } = await receiving(protocol, method, (socket) => socket.write(answer, 'latin1'));
      expect(await call()).toEqual(kept);
      expect(await call()).toEqual([200, method === 'HEAD' ? '' : 'own']);
      expect(connections.size).toBe(1);
    },
  );
});

/** A receiver that sends the given bytes to the first request, and the right answer to all others. */
async function receiving(protocol: 'http' | 'https', method: QueuedEvent['method'], speak: (socket: Socket) => void) {
  const connections = new Set<Socket>();
  let requests = 0;
  const answer: RequestListener = ({ socket }) => {
    connections.add(socket.setNoDelay());
    if (++requests === 1) speak(socket);
    else socket.write(method === 'HEAD' ? OWN_TO_HEAD : OWN);
  };
  const url = await opened(protocol, answer);
  const caller = httpCaller({
    allowsAddress: () => true,
    targetPolicy: { privateTargets: true, ownHosts: [] },
    resolve: resolveToThisMachine,
    userAgent: 'event-queue/test',
    now: Date.now,
  });
  cleanUps.push(caller.close);

  async function call(): Promise<readonly [number, string]> {
    const result = await caller.call(queuedEvent(Date.now(), { url, method }), 1, secrets, 3);
    if (result.outcome !== 'answered') throw new Error(`There was no answer: ${JSON.stringify(result)}`);
    return [result.answer.statusCode, Buffer.from(result.answer.body).toString('latin1')];
  }
  return { call, connections };
}

async function opened(protocol: 'http' | 'https', answer: RequestListener): Promise<string> {
  if (protocol === 'https') {
    const { port, close } = await openTlsReceiver('server.pem', answer);
    cleanUps.push(close);
    return `https://localhost:${port}/`;
  }
  const { url, close } = await openReceiver((_, response) => answer(response.req, response));
  cleanUps.push(close);
  return url;
}
