import { describe, expect, test } from '@jest/globals';
import { limitedConcurrency } from '../../../core/delivery/concurrency-limit.ts';
import { SECOND } from '../../../core/durations.ts';
import type { Received } from '../../../core/event/message.ts';
import type { DueQueue, EventStore } from '../../../core/ports.ts';
import { hostAndPortOf } from '../../../core/target/target-url.ts';
import { rest } from '../../../verify/shared/simulated-clock.ts';
import { memoryEventStore } from '../../support/memory-event-store.ts';
import { answered, queuedEvent, wantedEvent } from '../../support/sample-event.ts';
import { received, recordedMessages } from '../../support/simulated-time.ts';
import { START, simulation } from '../../support/simulation.ts';

describe('a host that is full', () => {
  test('gives each slot that becomes free to one waiting call, first come, first served', async () => {
    const concurrency = limitedConcurrency(2);
    const requests = Array.from({ length: 5 }, () => concurrency.request());
    expect(requests.map((one) => one.tryAcquire('full'))).toEqual([true, true, false, false, false]);
    const turns: number[] = [];
    for (const n of [2, 3, 4]) void requests[n]?.acquire().then((hasSlot) => hasSlot && turns.push(n));
    requests[1]?.release();
    await rest();
    expect(turns).toEqual([2]);
    expect(requests[2]?.tryAcquire('full')).toBe(true);
    requests[0]?.release();
    requests[2]?.release();
    await rest();
    expect(turns).toEqual([2, 3, 4]);
    for (const one of requests.slice(3)) one.release();
    expect(concurrency.request().tryAcquire('full')).toBe(true);
  });

  test('gives a slot that became free to a call that was refused one, although it does not wait yet', async () => {
    const concurrency = limitedConcurrency(1);
    const [first, second] = [concurrency.request(), concurrency.request()];
    expect([first.tryAcquire('full'), second.tryAcquire('full')]).toEqual([true, false]);
    first.release();
    expect(await second.acquire()).toBe(true);
    expect(concurrency.request().tryAcquire('full')).toBe(false);
  });

  test('keeps the slot of a call under way, and gives it no second one', () => {
    const concurrency = limitedConcurrency(1);
    const request = concurrency.request();
    expect([request.tryAcquire('full'), request.tryAcquire('other')]).toEqual([true, true]);
    request.release();
    expect([concurrency.request().tryAcquire('full'), concurrency.request().tryAcquire('other')]).toEqual([true, true]);
  });

  test('holds back no call to another host', () => {
    const concurrency = limitedConcurrency(1);
    expect([concurrency.request().tryAcquire('full'), concurrency.request().tryAcquire('full')]).toEqual([true, false]);
    expect(concurrency.request().tryAcquire('other')).toBe(true);
  });

  test('starts neither a waiting call nor a later one once the limit is closed', async () => {
    const concurrency = limitedConcurrency(1);
    const [inside, waiting, late] = [concurrency.request(), concurrency.request(), concurrency.request()];
    inside.tryAcquire('full');
    waiting.tryAcquire('full');
    const turn = waiting.acquire();
    concurrency.close();
    expect(await turn).toBe(false);
    inside.release();
    expect([late.tryAcquire('full'), await late.acquire()]).toEqual([false, false]);
  });
});

describe('the limit for all hosts together', () => {
  test('is not exceeded, whatever the hosts of the calls are', async () => {
    const concurrency = limitedConcurrency(2, 3);
    const requests = ['a', 'b', 'c', 'd'].map((host) => ({ host, request: concurrency.request() }));
    expect(requests.map(({ host, request }) => request.tryAcquire(host))).toEqual([true, true, true, false]);
    const turn = requests[3]?.request.acquire();
    requests[0]?.request.release();
    expect(await turn).toBe(true);
    expect(concurrency.request().tryAcquire('e')).toBe(false);
    requests[1]?.request.release();
    expect(concurrency.request().tryAcquire('e')).toBe(true);
  });

  test('does not count calls that wait for a host that is full', () => {
    const concurrency = limitedConcurrency(2, 3);
    const [first, second, ...others] = Array.from({ length: 10 }, () => concurrency.request());
    expect([first?.tryAcquire('full'), second?.tryAcquire('full')]).toEqual([true, true]);
    for (const one of others) {
      expect(one.tryAcquire('full')).toBe(false);
      void one.acquire();
    }
    expect(concurrency.request().tryAcquire('other')).toBe(true);
  });

  test('gives slots to the hosts in turn, however many calls wait for one of them', async () => {
    const concurrency = limitedConcurrency(100, 1);
    const inside = concurrency.request();
    inside.tryAcquire('first');
    const order: string[] = [];
    const wait = (host: string) => {
      const request = concurrency.request();
      request.tryAcquire(host);
      void request.acquire().then(() => {
        order.push(host);
        request.release();
      });
    };
    for (let n = 0; n < 4; n++) wait('busy');
    wait('quiet');
    wait('calm');
    inside.release();
    await rest();
    expect(order).toEqual(['busy', 'quiet', 'calm', 'busy', 'busy', 'busy']);
    expect(concurrency.request().tryAcquire('last')).toBe(true);
  });

  test('is kept together with the limit of each host, and leaves no call waiting, in any order of starts and ends', async () => {
    const concurrency = limitedConcurrency(2, 5);
    const inside = new Map<string, number>();
    let most = 0;
    let done = 0;
    const visit = async (host: string, rounds: number) => {
      const request = concurrency.request();
      if (!request.tryAcquire(host)) await request.acquire();
      inside.set(host, (inside.get(host) ?? 0) + 1);
      expect(inside.get(host)).toBeLessThanOrEqual(2);
      most = Math.max(
        most,
        [...inside.values()].reduce((sum, count) => sum + count, 0),
      );
      for (let n = 0; n < rounds; n++) await Promise.resolve();
      inside.set(host, (inside.get(host) ?? 0) - 1);
      request.release();
      done++;
    };
    await Promise.all(Array.from({ length: 500 }, (_, n) => visit(`host${(n * n) % 7}`, (n * 31) % 5)));
    expect([most, done]).toEqual([5, 500]);
  });
});

test.each([
  ['http://x.example', 'x.example:80'],
  ['https://x.example/path?query', 'x.example'],
  ['http://x.example:443', 'x.example'],
  ['https://X.EXAMPLE.:443/', 'x.example'],
  ['https://x.example:8443', 'x.example:8443'],
  ['http://[::1]:3000/', '[::1]:3000'],
  ['http://[0:0::1]:3000/', '[::1]:3000'],
  ['http://0x7f.1/', '127.0.0.1:80'],
  ['http://bücher.example/', 'xn--bcher-kva.example:80'],
  ['none', ''],
])('a call to %s counts for the host %s', async (url, counted) => {
  expect(hostAndPortOf(url)).toBe(counted);
});

const withHost = (message: Received): Received => message;
const withoutHost = ({ host, ...message }: Received): Received => message;

describe.each([
  ['if their messages name it', withHost, 1],
  ['if their messages do not name it', withoutHost, 2],
])('many events for one host, %s,', (_, asSent, readsOfWhoWaited) => {
  const wanted = (n: number) => wantedEvent({ url: `https://full.example/${n}` });

  test('are called at most as many at a time as its limit says, while events for other hosts do not wait', async () => {
    let underWay = 0;
    let most = 0;
    const { queue, messages, calls, clock } = simulation({
      concurrency: limitedConcurrency(3),
      async call({ url }) {
        if (!url.startsWith('https://full')) return answered(200);
        most = Math.max(most, ++underWay);
        await clock.sleep(SECOND);
        underWay--;
        return answered(200);
      },
    });
    for (let n = 0; n < 10; n++) await queue.publish(wanted(n), 'web');
    await queue.publish(wantedEvent({ url: 'https://other.example/' }), 'web');
    const delivered = Promise.all(messages.take().map((one) => queue.deliver([asSent(one)])));
    await clock.moveTo(START + 10 * SECOND);
    await delivered;
    const startedAfter = (seconds: number) => calls.filter(({ at }) => at === START + seconds * SECOND).length;
    expect([most, startedAfter(0), startedAfter(1), startedAfter(2), startedAfter(3)]).toEqual([3, 4, 3, 3, 1]);
  });

  test('are called at most as many at a time as the limit for all hosts says', async () => {
    let underWay = 0;
    let most = 0;
    const { queue, messages, calls, clock } = simulation({
      concurrency: limitedConcurrency(3, 4),
      async call() {
        most = Math.max(most, ++underWay);
        await clock.sleep(SECOND);
        underWay--;
        return answered(200);
      },
    });
    for (let n = 0; n < 10; n++) await queue.publish(wanted(n), 'web');
    for (let n = 0; n < 10; n++) await queue.publish(wantedEvent({ url: `https://other${n}.example/` }), 'web');
    const delivered = Promise.all(messages.take().map((one) => queue.deliver([asSent(one)])));
    await clock.moveTo(START + 10 * SECOND);
    await delivered;
    expect([most, calls.length]).toEqual([4, 20]);
  });

  test('are read when their wait has ended, and before it only to find out their host', async () => {
    const store = memoryEventStore();
    const read: string[] = [];
    const { queue, messages, clock } = simulation({
      concurrency: limitedConcurrency(1),
      store: { ...store, findEvent: (key) => store.findEvent(key).finally(() => read.push(key.uuid)) },
      call: () => clock.sleep(SECOND).then(() => answered(200)),
    });
    for (let n = 0; n < 5; n++) await queue.publish(wanted(n), 'web');
    const delivered = Promise.all(messages.take().map((one) => queue.deliver([asSent(one)])));
    await clock.moveTo(START + 10 * SECOND);
    await delivered;
    const readsOfEach = [...Map.groupBy(read, (uuid) => uuid).values()].map(({ length }) => length);
    expect(readsOfEach).toEqual([1, ...Array(4).fill(readsOfWhoWaited)]);
  });

  test('are not called if they are cancelled while they wait', async () => {
    const { queue, messages, calls, clock } = simulation({
      concurrency: limitedConcurrency(1),
      call: () => clock.sleep(SECOND).then(() => answered(200)),
    });
    await queue.publish(wanted(0), 'web');
    const { event } = await queue.publish(wanted(1), 'web');
    const delivered = Promise.all(messages.take().map((one) => queue.deliver([asSent(one)])));
    await rest();
    await queue.cancel(event.key);
    await clock.moveTo(START + 5 * SECOND);
    await delivered;
    expect(calls).toHaveLength(1);
  });

  test('are left to the next start of the process if they wait when it stops starting calls', async () => {
    const concurrency = limitedConcurrency(1);
    const { queue, messages, calls, clock } = simulation({
      concurrency,
      call: () => clock.sleep(SECOND).then(() => answered(200)),
    });
    await queue.publish(wanted(0), 'web');
    const { event } = await queue.publish(wanted(1), 'web');
    const delivered = Promise.all(messages.take().map((one) => queue.deliver([asSent(one)])));
    await rest();
    concurrency.close();
    await clock.moveTo(START + 5 * SECOND);
    expect(await delivered).toEqual([[], []]);
    expect(calls).toHaveLength(1);
    expect((await queue.read(event.key))?.progress.status).toBe('waiting_execution');
  });
});

describe('a message that is handed over again after its call does not wait for a host that is full', () => {
  const throttled = () => Promise.reject(new Error('throttled'));

  test('if the record of its attempt is missing', async () => {
    const store = memoryEventStore();
    let recordSuccess: EventStore['recordSuccess'] = throttled;
    const concurrency = limitedConcurrency(1);
    const { queue, messages, calls } = simulation({
      concurrency,
      store: { ...store, recordSuccess: (event, progress) => recordSuccess(event, progress) },
    });
    const { event } = await queue.publish(wantedEvent(), 'web');
    const failed = await queue.deliver(messages.take());
    recordSuccess = store.recordSuccess;
    expect(concurrency.request().tryAcquire('example.com')).toBe(true);
    expect(await queue.deliver(failed.map((one) => received(one, 2)))).toEqual([]);
    expect(calls).toHaveLength(1);
    expect((await queue.read(event.key))?.progress.status).toBe('success');
  });

  test('if the message for the next attempt is missing', async () => {
    const messages = recordedMessages();
    let send: DueQueue['send'] = messages.send;
    const concurrency = limitedConcurrency(1);
    const { queue } = simulation({
      concurrency,
      dueQueue: { ...messages, send: (message, at) => send(message, at) },
      call: async () => answered(500),
    });
    await queue.publish(wantedEvent(), 'web');
    send = throttled;
    const failed = await queue.deliver(messages.take());
    send = messages.send;
    expect(concurrency.request().tryAcquire('example.com')).toBe(true);
    expect(await queue.deliver(failed.map((one) => received(one, 2)))).toEqual([]);
    expect(messages.sent).toMatchObject([{ attempt: 2, mayBeDuplicate: true }]);
  });
});

test('an event that is being read when the limit is closed is not called', async () => {
  const store = memoryEventStore();
  const isRead = Promise.withResolvers<void>();
  const concurrency = limitedConcurrency(1);
  const { queue, messages, calls } = simulation({
    concurrency,
    store: { ...store, findEvent: (key) => isRead.promise.then(() => store.findEvent(key)) },
  });
  await queue.publish(wantedEvent(), 'web');
  const delivered = queue.deliver(messages.take());
  await rest();
  concurrency.close();
  isRead.resolve();
  expect(await delivered).toEqual([]);
  expect(calls).toEqual([]);
});

test('an event whose URL is not valid any more holds up no other event, and its attempt says why it failed', async () => {
  const store = memoryEventStore();
  await store.putEvent(queuedEvent(START, { url: 'none', messageSentByPublish: true }));
  const { queue, messages, calls } = simulation({ store, concurrency: limitedConcurrency(1) });
  await queue.dispatchAtStart();
  expect(messages.sent).toMatchObject([{ attempt: 1, host: '' }]);
  await queue.deliver(messages.take());
  expect(calls).toHaveLength(1);
});
