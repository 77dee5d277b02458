import type { LookupFunction } from 'node:net';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type LookupBounds, sharedLookup } from '../../adapters/shared-lookup.ts';
import { HOUR, MINUTE } from '../../core/durations.ts';

const HALF_A_MINUTE = 30_000;
const SOON = 20;
const ADDRESS = [{ address: '192.0.2.1', family: 4 }];
const dead = Array.from({ length: 60 }, (_, n) => `dead${n}.example`);

let time: number;

beforeEach(() => {
  time = 1_000_000;
});

describe('a name whose look-up hangs', () => {
  test('is given up in time, for all who wait for it', async () => {
    const { ask, asked } = silentResolver();
    const told = await Promise.all([ask('dead.example'), ask('dead.example'), ask('dead.example')]);
    expect(told).toEqual(['ETIMEOUT', 'ETIMEOUT', 'ETIMEOUT']);
    expect(asked).toEqual(['dead.example']);
  });

  test('is not answered twice when its resolver answers after all', async () => {
    const { lookup, answer } = silentResolver();
    const told: unknown[] = [];
    await new Promise<void>((done) => lookup('dead.example', {}, (error) => done(void told.push(error?.code))));
    answer('dead.example');
    expect(told).toEqual(['ETIMEOUT']);
  });

  test('fails at once for half a minute, and is looked up again after it', async () => {
    const { ask, asked } = silentResolver();
    await ask('dead.example');
    time += HALF_A_MINUTE - 1;
    expect(await Promise.all([ask('dead.example'), ask('dead.example')])).toEqual(['ETIMEOUT', 'ETIMEOUT']);
    expect(asked).toHaveLength(1);
    time += 1;
    expect(await ask('dead.example')).toBe('ETIMEOUT');
    expect(asked).toHaveLength(2);
    expect(await ask('dead.example')).toBe('ETIMEOUT');
    expect(asked).toHaveLength(2);
  });

  test('is not taken for one that hangs if the process was suspended meanwhile', async () => {
    const { ask, asked } = silentResolver();
    const told = ask('slow.example');
    time += HOUR;
    expect(await told).toBe('ETIMEOUT');
    void ask('slow.example');
    expect(asked).toHaveLength(2);
  });

  test('counts as such also if its resolver itself says so', async () => {
    const { ask, asked, answer } = silentResolver({ longest: MINUTE });
    const told = ask('dead.example');
    answer('dead.example', 'ETIMEOUT');
    expect([await told, await ask('dead.example')]).toEqual(['ETIMEOUT', 'ETIMEOUT']);
    expect(asked).toHaveLength(1);
  });

  test.each([undefined, 'ENOTFOUND', 'ESERVFAIL', 'EMFILE'])(
    'is treated like any other name once its look-up is answered: %s',
    async (code) => {
      const { ask, asked, answer } = silentResolver();
      for (const name of dead) void ask(name);
      await ask('dead59.example');
      time += HALF_A_MINUTE;
      for (const name of dead) {
        const told = ask(name);
        answer(name, code);
        expect(await told).toBe(code);
      }
      expect(asked).toHaveLength(120);
      for (const name of dead) void ask(name);
      expect(asked).toHaveLength(180);
    },
  );

  test('is forgotten when very many other names hung after it', async () => {
    const { lookup, asked } = answeringResolver('ETIMEOUT');
    for (let n = 0; n < 10_001; n++) lookup(`${n}.example`, {}, () => {});
    expect(asked).toHaveLength(10_001);
    lookup('0.example', {}, () => {});
    lookup('10000.example', {}, () => {});
    expect(asked.slice(10_001)).toEqual(['0.example']);
  });
});

describe('of names that hung before', () => {
  test.each([1, 4])('no more than %i are looked up at the same time', async (mostHung) => {
    const { ask, asked, answer } = silentResolver({ mostHung });
    await Promise.all(dead.map(ask));
    time += HALF_A_MINUTE;
    const told = dead.map(ask);
    expect(asked).toHaveLength(60 + mostHung);
    for (const name of dead) answer(name);
    expect(await Promise.all(told)).toEqual(Array(60).fill(undefined));
    expect(asked).toHaveLength(120);
  });

  test('each keeps its place until its resolver has answered, also after its callers got an error', async () => {
    const { ask, asked, answer } = silentResolver();
    await Promise.all(dead.map(ask));
    time += HALF_A_MINUTE;
    expect(await ask('dead0.example')).toBe('ETIMEOUT');
    const next = ask('dead1.example');
    expect(asked).toHaveLength(61);
    answer('dead0.example');
    expect(asked).toHaveLength(62);
    answer('dead1.example');
    expect(await next).toBe(undefined);
  });

  test('one that nobody waits for any more is not looked up', async () => {
    const { ask, asked, answer } = silentResolver();
    await Promise.all(dead.map(ask));
    time += HALF_A_MINUTE;
    expect(await Promise.all(dead.map(ask))).toEqual(Array(60).fill('ETIMEOUT'));
    answer('dead0.example');
    expect(asked).toHaveLength(61);
  });

  test('one that found no place does not count as hung again', async () => {
    const { ask, asked, answer } = silentResolver();
    await Promise.all(dead.map(ask));
    time += HALF_A_MINUTE;
    await Promise.all(dead.map(ask));
    answer('dead0.example');
    void ask('dead1.example');
    expect(asked).toHaveLength(62);
  });

  test('those that hung least often go first', async () => {
    const { ask, asked, answer } = silentResolver();
    await Promise.all(dead.map(ask));
    time += HALF_A_MINUTE;
    expect(await ask('dead0.example')).toBe('ETIMEOUT');
    answer('dead0.example');
    time += HALF_A_MINUTE;
    void ask('dead1.example');
    for (const name of ['dead0.example', 'dead2.example']) void ask(name);
    answer('dead1.example');
    expect(asked.slice(-2)).toEqual(['dead1.example', 'dead2.example']);
  });

  test('none delays a name that never hung, whether there are 60 of them or 1,000', async () => {
    for (const count of [60, 1_000]) {
      const { ask, asked, answer } = silentResolver();
      const names = Array.from({ length: count }, (_, n) => `${n}.example`);
      await Promise.all(names.map(ask));
      time += HALF_A_MINUTE;
      for (const name of names) void ask(name);
      const told = ask('good.example');
      answer('good.example');
      expect(await told).toBe(undefined);
      expect(asked).toHaveLength(count + 2);
    }
  });

  test('none takes the second of two threads', async () => {
    const threads = resolverWithTwoThreads();
    const { ask } = asking(threads.resolve);
    await Promise.all(dead.map(ask));
    threads.finishAll();
    time += HALF_A_MINUTE;
    for (const name of dead) void ask(name);
    for (let n = 0; n < 3; n++) expect(await ask(`good${n}.example`)).toBe(undefined);
    expect(threads.taken()).toBe(1);
  });
});

/** A resolver that answers when the test asks, with the code of an error or with an address. */
function silentResolver(bounds: LookupBounds = {}) {
  const asked: string[] = [];
  const answers = new Map<string, (code?: string) => void>();
  const resolve: LookupFunction = (name, _options, answer) => {
    asked.push(name);
    answers.set(name, (code) => answer(failure(code), ADDRESS));
  };
  return { ...asking(resolve, bounds), asked, answer: (name: string, code?: string) => answers.get(name)?.(code) };
}

function answeringResolver(code: string) {
  const asked: string[] = [];
  const resolve: LookupFunction = (name, _options, answer) => {
    asked.push(name);
    answer(failure(code), []);
  };
  return { ...asking(resolve), asked };
}

/**
 * A resolver like that of the operating system: a look-up occupies a thread until it ends, and those of healthy names
 * end at once.
 */
function resolverWithTwoThreads() {
  const waiting: (() => void)[] = [];
  const stuck = new Set<() => void>();
  const startNext = () => {
    while (stuck.size < 2 && waiting.length > 0) waiting.shift()?.();
  };
  const resolve: LookupFunction = (name, _options, answer) => {
    waiting.push(() => {
      if (name.startsWith('good')) return void setImmediate(answer, null, ADDRESS);
      const finish = () => {
        stuck.delete(finish);
        answer(failure('EAI_AGAIN'), []);
      };
      stuck.add(finish);
    });
    startNext();
  };
  function finishAll(): void {
    while (stuck.size > 0) {
      for (const finish of stuck) finish();
      startNext();
    }
  }
  return { resolve, finishAll, taken: () => stuck.size };
}

/** A lookup with a function `ask`, which resolves to the code of an error, or to undefined if there is an address. */
function asking(resolve: LookupFunction, bounds: LookupBounds = {}) {
  const lookup = sharedLookup(resolve, { longest: SOON, now: () => time, ...bounds });
  const ask = (name: string) =>
    new Promise<string | undefined>((done) => lookup(name, {}, (error) => done(error?.code)));
  return { lookup, ask };
}

function failure(code: string | undefined): NodeJS.ErrnoException | null {
  return code === undefined ? null : Object.assign(new Error('No.'), { code });
}
