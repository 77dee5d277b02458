import type { LookupFunction } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { httpCaller } from '../../adapters/http-caller.ts';
import { unansweredBecause } from '../../adapters/http-failure.ts';
import { openTcpReceiver } from '../../verify/shared/tcp-receiver.ts';
import { queuedEvent, secrets } from '../support/sample-event.ts';

const refused = failure('ECONNREFUSED', 'connect', '192.0.2.1');

describe('a call is not made, and no attempt, if it fails with', () => {
  test.each([
    ['EMFILE', failure('EMFILE', 'connect', '192.0.2.1')],
    ['ENFILE', failure('ENFILE', 'connect', '192.0.2.1')],
    ['ENOBUFS', failure('ENOBUFS', 'connect', '192.0.2.1')],
    ['ENOMEM', failure('ENOMEM', 'connect', '2001:db8::1')],
    ['EADDRNOTAVAIL', failure('EADDRNOTAVAIL', 'connect', '192.0.2.1')],
    ['EMFILE', all(failure('EMFILE', 'connect', '192.0.2.1'), failure('EMFILE', 'connect', '2001:db8::1'))],
    ['EMFILE', all(refused, failure('EMFILE', 'connect', '192.0.2.2'))],
  ])('%s', (code, error) => {
    expect(unansweredBecause(error)).toEqual({ outcome: 'not_made', error: expect.stringContaining(`(${code})`) });
  });

  test.each(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EAI_MEMORY'])('%s of its look-up', async (code) => {
    const resolve: LookupFunction = (_name, _options, answer) => answer(failure(code, 'queryA'), []);
    const { call } = callerWith(resolve);
    const event = queuedEvent(Date.now(), { url: 'http://a.example/' });
    expect(await call(event, 1, secrets, 1)).toMatchObject({ outcome: 'not_made' });
  });
});

describe('a call is an attempt if it fails with', () => {
  test.each([
    ['a refusal', refused],
    ['a refusal of each address', all(refused, failure('ECONNREFUSED', 'connect', '2001:db8::1'))],
    ['no IPv6 on this machine', failure('EADDRNOTAVAIL', 'connect', '2001:db8::1')],
    ['no IPv6 on this machine beside a refusal', all(refused, failure('EADDRNOTAVAIL', 'connect', '::1'))],
    ['no memory after it was sent', failure('ENOBUFS', 'write')],
    ['no memory for its answer', failure('ENOMEM', 'read')],
  ])('%s', (_, error) => {
    expect(unansweredBecause(error)).toMatchObject({ outcome: 'unreachable' });
  });
});

test('a call is an attempt if its first request may have been received, and there was no descriptor for the second', async () => {
  const { url, close } = await openTcpReceiver((socket) => {
    let requests = 0;
    socket.on('data', () => {
      requests++;
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      else socket.resetAndDestroy();
    });
  });
  let lookups = 0;
  const resolve: LookupFunction = (_name, _options, answer) => {
    if (++lookups === 1) answer(null, [{ address: '127.0.0.1', family: 4 }]);
    else answer(failure('EMFILE', 'open'), []);
  };
  const caller = callerWith(resolve);
  const event = queuedEvent(Date.now(), { url: url.replace('127.0.0.1', 'a.example') });
  expect(await caller.call(event, 1, secrets, 3)).toMatchObject({ outcome: 'answered' });
  expect(await caller.call(event, 1, secrets, 3)).toEqual({
    outcome: 'unreachable',
    error: 'The connection was closed before an answer came.',
  });
  expect(lookups).toBe(2);
  close();
});

function callerWith(resolve: LookupFunction) {
  const targetPolicy = { privateTargets: true, ownHosts: [] };
  return httpCaller({ allowsAddress: () => true, targetPolicy, resolve, userAgent: 'test', now: Date.now });
}

function failure(code: string, syscall: string, address?: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code, syscall, ...(address !== undefined && { address }) });
}

/** The error of Node when it has tried several addresses. */
function all(...errors: readonly NodeJS.ErrnoException[]): AggregateError {
  return Object.assign(new AggregateError(errors), { code: errors[0]?.code });
}
