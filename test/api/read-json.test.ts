import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from '../../api/read-json.ts';
import { routes } from '../../api/routes.ts';
import { JsonText } from '../../api/wire/json-text.ts';
import { newEventSchema } from '../../api/wire/new-event.ts';
import { defaultSettings } from '../../core/settings.ts';
import { apiClient } from '../support/api-client.ts';

const MIB = 1_024 * 1_024;
const URL = 'https://example.com/hook';

describe('what is read of a request', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const event = fc.dictionary(fc.constantFrom('body', 'events', 'headers', 'a', '"', '{', '__proto__'), value);
  const request = fc.oneof(value, event, fc.array(event), fc.record({ events: fc.array(event) }));
  /**
   * V8 13.6 confuses a name `"\\""` with a name `"\\\\"` that was at the same place before, so no text here has an
   * escaped backslash.
   */
  const hasNoBackslash = (json: string) => !json.includes('\\\\');
  const text = fc
    .tuple(request, fc.constantFrom(0, 1))
    .map(([json, space]) => JSON.stringify(json, null, space))
    .filter(hasNoBackslash);

  test('is what JSON.parse reads, with bodies as they were written', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (json) => expect(parsed(await readJson(json))).toEqual(JSON.parse(json))),
    );
  });

  test('is refused where JSON.parse refuses it, wherever it is broken', async () => {
    const piece = fc.constantFrom('', ...',:"[]{}\\0t \u00a0\n', '[]', ',,');
    const broken = fc
      .tuple(text, fc.nat(), fc.nat(3), piece)
      .map(([json, at, removed, inserted]) => {
        const start = at % (json.length + 1);
        return json.slice(0, start) + inserted + json.slice(start + removed);
      })
      .filter(hasNoBackslash);
    await fc.assert(
      fc.asyncProperty(broken, async (json) => {
        expect(await outcome(() => readJson(json).then(parsed))).toEqual(await outcome(() => JSON.parse(json)));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    '{"a":1,"a":2}',
    ' [ ] ',
    ' { } ',
    '{"events":[],"events":{"a":1}}',
    '[[],"[",{"a":"\\"}"}]',
    '"\\u0022"',
  ])('is the same for %s', async (json) => {
    expect(parsed(await readJson(json))).toEqual(JSON.parse(json));
  });
});

test.each([
  '{"body":[tru},"body":"x"}',
  '{"body":"x","body":[tru}}',
  '{"a":nonsense,"a":1}',
  '{"events":[tru],"events":[{}]}',
  '{"events":[{"a":x,"a":1}]}',
])('a value that is not JSON is refused also where another of its name follows: %s', async (json) => {
  await expect(readJson(json)).rejects.toThrow(SyntaxError);
});

test('a value that is too large to be read is not replaced by one that follows', async () => {
  const large = `[${'x,'.repeat(20_000)}x]`;
  for (const name of ['a', 'body'])
    expect(await readJson(`{"${name}":${large.repeat(8)},"${name}":1}`).catch(() => 'refused')).not.toEqual({
      [name]: 1,
    });
});

/** The most characters that are parsed in addition to those of a request that is small enough. */
const FEW = 64 * 1_024;

describe('no more is parsed of a request than can be part of an event', () => {
  let parse: jest.SpiedFunction<typeof JSON.parse>;
  beforeEach(() => {
    parse = jest.spyOn(JSON, 'parse');
  });
  afterEach(() => parse.mockRestore());
  const charactersParsed = () => parse.mock.calls.reduce((sum, [text]) => sum + text.length, 0);

  test.each<[what: string, path: string, body: string, status: number, detail: RegExp]>([
    ['a batch of a million empty events', '/events/batch', listOf('{}', 4 * MIB), 422, /1 to 100 events\.$/],
    [
      'a batch object of as many',
      '/events/batch',
      `{"events":${listOf('{}', 4 * MIB - 20)}}`,
      422,
      /1 to 100 events\.$/,
    ],
    ['a batch of a million lists', '/events/batch', listOf('[]', 4 * MIB), 422, /1 to 100 events\.$/],
    ['a batch of two million numbers', '/events/batch', listOf('1', 4 * MIB - 2), 422, /1 to 100 events\.$/],
    ['a batch object with 400,000 names', '/events/batch', `{${names(4 * MIB - 100)}}`, 422, /1 to 100 events\./],
    ['an event with 200,000 fields', '/events', `{${names(2 * MIB - 100)}}`, 422, /There are \d{6} more\.$/],
    ['a million tags', '/events', eventWith(`"event_tags":${listOf('1', 2 * MIB - 100)}`), 422, /up to 20 tags\.$/],
    ['200,000 headers', '/events', eventWith(`"headers":{${names(2 * MIB - 100)}}`), 422, /At most 50 headers\.$/],
    ['a header a million deep', '/events', eventWith(`"headers":{"a":${nested(MIB - 100)}}`), 422, /^headers: /],
    ['a body 100,000 deep', '/events', eventWith(`"body":${nested(100_000)}`), 422, /^body: .* at most 32 deep/],
    [
      'a body of a million lists',
      '/events',
      eventWith(`"body":${listOf('[]', 2 * MIB - 100)}`),
      413,
      /^body: A body has/,
    ],
    [
      'a URL that is a million lists',
      '/events',
      `{"url_to_send_request":${listOf('[]', 2 * MIB - 100)}}`,
      422,
      /^url_to_send_request: A string with a URL\.$/,
    ],
    ['a search for 20,000 tags', '/events/cancel', `{"tag":${listOf('1', 64_000)}}`, 422, /^tag: .*up to 20 of them/],
  ])('%s', async (_, path, body, status, detail) => {
    parse.mockClear();
    const { statusCode, body: answer } = await apiClient().sendRaw({ method: 'POST', path, body });
    expect(charactersParsed()).toBeLessThan(FEW);
    expect(statusCode).toBe(status);
    expect(JSON.parse(answer ?? '').detail).toMatch(detail);
  });

  test('a large list in the place of an event is told to be none', async () => {
    const body = `[${listOf('[]', 100_000)}]`;
    const { body: answer } = await apiClient().send({ method: 'POST', path: '/events/batch', body });
    expect(answer.results).toMatchObject([{ status: 422, detail: 'Send a JSON object with the fields of an event.' }]);
  });

  test('a batch is not looked at behind its 101st event', async () => {
    const answerTo = async (events: number) => {
      const body = `[${'{},'.repeat(events)} not JSON`;
      return (await apiClient().send({ method: 'POST', path: '/events/batch', body })).status;
    };
    expect(await answerTo(100)).toBe(400);
    expect(await answerTo(101)).toBe(422);
  });

  test('a batch is parsed event by event, and others get their turn between them', async () => {
    const body = `[${Array(100)
      .fill(eventWith(`"body":${listOf('{}', 40_000)}`))
      .join()}]`;
    let turns = 0;
    const count = () => {
      turns++;
      waiting = setImmediate(count);
    };
    let waiting = setImmediate(count);
    parse.mockClear();
    const { statusCode } = await apiClient().sendRaw({ method: 'POST', path: '/events/batch', body });
    clearImmediate(waiting);
    expect(statusCode).toBe(200);
    expect(turns).toBeGreaterThan(40);
  });
});

describe('of a list that is too long, no more than one element too many is looked at', () => {
  const { publishBatch, list, cancelAll } = routes(defaultSettings, () => 0);

  test.each<[string, number, (values: readonly string[]) => boolean]>([
    [
      'tags of an event',
      20,
      (values) =>
        newEventSchema(defaultSettings, () => 0).safeParse({ url_to_send_request: URL, event_tags: values }).success,
    ],
    ['tags of a search', 20, (values) => list.input.safeParse({ tag: values }).success],
    ['tags of a search in a body', 20, (values) => cancelAll.input.safeParse({ tag: values }).success],
    ['events of a batch', 100, (values) => publishBatch.input.safeParse(values).success],
    ['events of a batch object', 100, (values) => publishBatch.input.safeParse({ events: values }).success],
  ])('%s', (_, most, takes) => {
    expect(takes(watchedList(most).list)).toBe(true);
    const { list, visited } = watchedList(100_000);
    expect(takes(list)).toBe(false);
    expect(visited.size).toBeLessThanOrEqual(most + 1);
  });
});

describe('base64', () => {
  test('that is too long is not looked at character by character', async () => {
    const { status, body } = await apiClient().publish({ url_to_send_request: URL, body_base64: '*'.repeat(400_000) });
    expect([status, body.errors]).toEqual([
      413,
      [
        {
          path: 'body_base64',
          detail: 'A body has at most 262144 bytes, and this one has 300000. Send a link to it instead.',
        },
      ],
    ]);
  });
});

describe('a query', () => {
  test.each([
    ['a parameter repeated 100,000 times', 'tag=a&'.repeat(100_000)],
    ['100,000 parameters', Array.from({ length: 100_000 }, (_, n) => `a${n}=1`).join('&')],
  ])('with %s is refused unread', async (_, query) => {
    const { status, body } = await apiClient().send({ path: '/events', query });
    expect([status, body.detail]).toEqual([422, expect.stringMatching(/^The query has more than 32768 characters\./)]);
  });

  test('is not searched for a key if it is too long', async () => {
    const query = `${'a=b&'.repeat(100_000)}password=all`;
    expect((await apiClient().send({ path: '/events', query, headers: {} })).status).toBe(401);
  });
});

test('an event with more than 200 fields is refused also where they are one field, repeated', async () => {
  const repeated = (times: number) => `{${'"max_try_count":1,'.repeat(times)}"url_to_send_request":"${URL}"}`;
  const answerTo = (body: string) => apiClient().send({ method: 'POST', path: '/events', body });
  expect((await answerTo(repeated(199))).status).toBe(201);
  const { status, body } = await answerTo(repeated(200));
  expect([status, body.detail]).toEqual([422, expect.stringContaining('more')]);
});

/** The same result with every body parsed that has not been parsed yet. */
function parsed(json: unknown): unknown {
  if (json instanceof JsonText) return JSON.parse(json.text);
  if (Array.isArray(json)) return json.map(parsed);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, parsed(value)]));
}

async function outcome(read: () => unknown): Promise<unknown> {
  try {
    return { read: await read() };
  } catch (error) {
    return (error as Error) instanceof SyntaxError ? 'not JSON' : error;
  }
}

/** A list that notes which of its elements are read. */
function watchedList(length: number) {
  const visited = new Set<string>();
  const list = new Proxy(Array<string>(length).fill('a'), {
    get(target, name, receiver) {
      if (/^\d+$/.test(String(name))) visited.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  return { list, visited };
}

function eventWith(member: string): string {
  return `{"url_to_send_request":"${URL}",${member}}`;
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** A list with as many elements as fit into the given number of characters. */
function listOf(element: string, length: number): string {
  return `[${Array(Math.floor(length / (element.length + 1)))
    .fill(element)
    .join()}]`;
}

function names(length: number): string {
  return Array.from({ length: Math.floor(length / 12) }, (_, n) => `"${String(n).padStart(7, 'n')}":1`).join();
}
