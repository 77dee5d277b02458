import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Draft, draftLike, newDraft } from '../../../../console/event-form/draft.ts';
import { publishRequest } from '../../../../console/screens/publish/publish-request.ts';
import { requestCode } from '../../../../console/screens/publish/request-code.ts';
import type { EventAnswer } from '../../../../console/state/api-types.ts';

const draft = (changed: Partial<Draft> = {}): Draft => ({ ...newDraft('https://example.com/'), ...changed });
const requestOf = (changed: Partial<Draft>) => publishRequest(draft(changed), 'Europe/Berlin');
const sent = (changed: Partial<Draft>) => JSON.parse(requestOf(changed).json);
const URL_ALONE = { url_to_send_request: 'https://example.com/' };

describe('the request of a draft', () => {
  test('leaves out what has its default', () => {
    expect(sent({ bodyKind: 'none' })).toEqual(URL_ALONE);
  });

  test('has every field that is set', () => {
    const request = sent({
      method: 'PUT',
      bodyKind: 'text',
      body: '{"not": "JSON"',
      headers: [
        { name: ' x-team ', value: ' billing ' },
        { name: '', value: '' },
      ],
      tags: 'orders\n\n orders \nmails, too',
      when: 'after',
      after: '1.5',
      afterUnit: 'hours',
      timeout: '2',
      tries: '7',
      delay: '30',
      backoff: 'exponential',
      maxDelay: '600',
      failureUrl: 'https://example.com/failed',
      callbackUrl: ' https://example.com/result',
      deduplicationId: ' id ',
      deduplicationWindow: '600',
      keepResultFor: '60',
      keepFailedFor: '120',
    });
    expect(request).toEqual({
      ...URL_ALONE,
      method: 'PUT',
      body: '{"not": "JSON"',
      headers: { 'x-team': ' billing ' },
      event_tags: ['orders', 'mails, too'],
      call_url_after: 5_400,
      timeout_for_request: 2,
      max_try_count: 7,
      retry_delay: 30,
      retry_backoff: 'exponential',
      retry_max_delay: 600,
      failure_url: 'https://example.com/failed',
      callback_url: 'https://example.com/result',
      deduplication_id: ' id ',
      deduplication_window: 600,
      keep_result_for: 60,
      keep_failed_for: 120,
    });
  });

  test('has a delay for each try if they are listed', () => {
    const delays = { backoff: 'listed', delay: '10, 60,  600.5' } as const;
    expect(sent({ bodyKind: 'none', ...delays })).toEqual({ ...URL_ALONE, retry_delays: [10, 60, 600.5] });
  });

  test('takes an instant in the chosen zone', () => {
    const request = { when: 'at', at: '2030-07-01T12:00:00' } as const;
    expect(sent(request).call_url_at).toBe('2030-07-01T10:00:00.000Z');
  });

  test('keeps all digits of a JSON body', () => {
    expect(requestOf({ body: '{ "b": 1.0,\n"a": 12345678901234567890 }' }).json).toContain(
      '"body": {"b":1.0,"a":12345678901234567890}',
    );
  });

  test.each<[string, Partial<Draft>, string]>([
    ['a body that is not JSON', { body: '{"a"' }, 'body'],
    ['a header without a name', { headers: [{ name: '', value: 'a' }] }, 'headers'],
    [
      'a header that is given twice',
      {
        headers: [
          { name: 'a', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      'headers',
    ],
    ['a delay that is no number', { when: 'after', after: 'soon' }, 'call_url_after'],
    ['a delay that is missing', { when: 'after', after: '' }, 'call_url_after'],
    ['an instant that is missing', { when: 'at', at: '' }, 'call_url_at'],
    ['tries that are no number', { tries: 'many' }, 'max_try_count'],
    ['a list of delays with a gap', { backoff: 'listed', delay: '10,,60' }, 'retry_delays'],
  ])('says where a mistake is: %s', (_, changed, path) => {
    const { json, mistakes } = requestOf(changed);
    expect(mistakes.map((one) => one.path)).toEqual([path]);
    expect(JSON.parse(json)[path]).toBeUndefined();
  });
});

describe('an event like another one', () => {
  const event = {
    url_to_send_request: 'https://example.com/a?b',
    method: 'PATCH',
    headers: { 'X-Team': 'billing' },
    body: { a: 12_345_678_901_234_567_890n.toString() },
    body_base64: null,
    event_tags: ['orders'],
    timeout_for_request: 2,
    max_try_count: 4,
    tried_before: 0,
    retry_delay: 30,
    retry_delays: null,
    retry_backoff: 'exponential',
    retry_max_delay: 600,
    failure_url: 'https://example.com/failed',
    callback_url: 'https://example.com/result',
    deduplication_id: 'first',
    keep_result_for: 60,
    keep_failed_for: 120,
  } as unknown as EventAnswer;

  test('is published with the same fields, and without the deduplication id', () => {
    const { json } = publishRequest(draftLike({ event, bodyText: '{"a":12345678901234567890}' }), undefined);
    expect(json).toContain('"body": {"a":12345678901234567890}');
    const { body, body_base64, deduplication_id, retry_delays, tried_before, ...others } = event;
    expect(JSON.parse(json)).toMatchObject(others);
    expect(JSON.parse(json)).not.toHaveProperty('deduplication_id');
  });

  test('gets the tries that were asked for, without those before a retry', () => {
    const retried = { ...event, max_try_count: 11, tried_before: 7 };
    const { json } = publishRequest(draftLike({ event: retried, bodyText: '' }), undefined);
    expect(JSON.parse(json).max_try_count).toBe(4);
  });

  test('keeps a list of delays', () => {
    const delays: Partial<EventAnswer> = { retry_delay: null, retry_delays: [10, 60], retry_backoff: 'fixed' };
    const { json } = publishRequest(draftLike({ event: { ...event, ...delays }, bodyText: '' }), undefined);
    const { retry_delay, retry_delays } = JSON.parse(json);
    expect({ retry_delay, retry_delays }).toEqual({ retry_delays: [10, 60] });
  });

  test.each([
    ['a text', { body: '{"a":1}' }, '{"a":1}', { body: '{"a":1}' }],
    ['bytes', { body: null, body_base64: 'AAEC/w==' }, undefined, { body_base64: 'AAEC/w==' }],
    ['no body', { body: null }, undefined, {}],
  ])('keeps the kind of its body: %s', (_, fields, bodyText, expected) => {
    const { json } = publishRequest(draftLike({ event: { ...event, ...fields }, bodyText }), undefined);
    const { body, body_base64 } = JSON.parse(json);
    expect({ body, body_base64 }).toEqual({ body: undefined, body_base64: undefined, ...expected });
  });
});

describe('the same request in TypeScript', () => {
  const anyText = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed());

  test('sends the same values, whatever they contain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), anyText, async (value, header) => {
        const headers = [{ name: 'x-a', value: header }];
        const { json } = requestOf({ body: JSON.stringify(value), headers });
        const { url, options } = await runTypeScript(json);
        expect(url).toBe('https://queue.example.com/events');
        expect(options).toMatchObject({ method: 'POST', headers: { 'x-api-key': "it's" } });
        expect(JSON.parse(options.body)).toEqual(JSON.parse(json));
      }),
    );
  });

  test.each(['{"a":12345678901234567890}', '{"__proto__":{"a":1}}', '[1.0]'])(
    'sends the text itself where an object would change it: %s',
    async (body) => {
      const { json } = requestOf({ body });
      expect((await runTypeScript(json)).options.body).toBe(json);
    },
  );

  test('takes a secret key from the environment, and so does curl', () => {
    const { curl, typescript } = requestCode({ origin: 'https://queue.example.com', key: undefined, json: '{}' });
    expect(typescript).toContain("'x-api-key': process.env.EVENT_QUEUE_KEY,");
    expect(curl).toContain(`-H 'x-api-key: '"$EVENT_QUEUE_KEY"`);
  });

  type Fetched = {
    readonly url: string;
    readonly options: { readonly method: string; readonly headers: Record<string, string>; readonly body: string };
  };

  /** Runs the code with a `fetch` that notes what it is called with. */
  async function runTypeScript(json: string): Promise<Fetched> {
    const { typescript } = requestCode({ origin: 'https://queue.example.com', key: "it's", json });
    const calls: Fetched[] = [];
    const fetchStub = async (url: string, options: Fetched['options']) => {
      calls.push({ url, options });
      return { ok: true, json: async () => ({}) };
    };
    await new Function('fetch', `return (async () => { ${typescript} })()`)(fetchStub);
    return calls[0] as Fetched;
  }
});
