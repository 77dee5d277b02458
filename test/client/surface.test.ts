import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { openapiDocument } from '../../api/openapi-document.ts';
import { routes } from '../../api/routes.ts';
import { EventQueue } from '../../client/event-queue.ts';
import { defaultSettings } from '../../core/settings.ts';

/** The operations for which the client has no method, and the reasons. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  receiveEvent: 'publishEvent under the name that it had in the original queue.',
  receiveEventWithUnderscore: 'publishEvent under another name that it had in the original queue.',
  getEventByQuery: 'getEvent under the name that it had in the original queue.',
  getCountOfEvents: 'countEvents with the answer that it had in the original queue.',
  getOwnKey: 'An application knows what its key is for. The console asks this, because people paste keys into it.',
  listKeys: 'Keys are made and revoked by people, in the console or with a command.',
  createKey: 'Keys are made by people, and an application should not hold a key that can make others.',
  revokeKey: 'Keys are revoked by people.',
  getSigningSecret: 'A receiver gets the secret from its environment, and needs no key that may read it.',
  rotateSigningSecret: 'Secrets are rotated by people, who give the new one to the receivers.',
  getHealth: 'Monitors ask this, without a key.',
  getOpenApiDocument: 'Generators of code ask this, once.',
};

const KEY = '98225183999.750-0198f2a4-5b6c-7d8e-9f00-112233445566';

type Operation = { readonly operationId: string };

test('every operation of the API has a method, or a reason why it has none', async () => {
  const requests: string[] = [];
  const queue = new EventQueue({
    url: 'https://queue.example.com',
    key: 'secret',
    async fetch(url, { method = '' }) {
      requests.push(`${method.toLowerCase()} ${new URL(url).pathname.replace(KEY, '{key}').replace('daily', '{id}')}`);
      return Response.json({
        results: [],
        events: [],
        schedules: [],
        next_cursor: null,
        more: false,
        status: 'success',
      });
    },
  });
  const event = { url_to_send_request: 'https://example.com/' };
  await Promise.all([queue.publish(event), queue.publishAll([event]), queue.get(KEY), queue.wait(KEY)]);
  await Promise.all([queue.list().next(), queue.pages().next(), queue.count(), queue.stats()]);
  await Promise.all([queue.cancel(KEY), queue.cancelAll(), queue.retry(KEY), queue.retryAll()]);
  await Promise.all([queue.pause(), queue.resume()]);
  const { schedules } = queue;
  await Promise.all([schedules.put('daily', { every: 60, event }), schedules.create({ every: 60, event })]);
  await Promise.all([schedules.preview({ every: 60 }), schedules.get('daily'), schedules.run('daily')]);
  await Promise.all([schedules.list().next(), schedules.runs('daily').next(), schedules.delete('daily')]);
  await Promise.all([schedules.pause('daily'), schedules.resume('daily')]);

  const table = routes(defaultSettings, () => 0);
  const { paths } = openapiDocument(table, '') as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({ operationId, request: `${method} ${path}` })),
  );
  const known = operations.map(({ request }) => request);
  expect(requests.filter((request) => !known.includes(request))).toEqual([]);
  const missing = operations.filter(({ request }) => !requests.includes(request)).map(({ operationId }) => operationId);
  expect(missing.sort()).toEqual(Object.keys(LEFT_OUT).sort());
});

test('the client is small, and needs nothing but what browsers and edge runtimes have', async () => {
  const { outputFiles } = await build({
    entryPoints: ['client/client.ts'],
    absWorkingDir: new URL('../..', import.meta.url).pathname,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    write: false,
  });
  const [{ contents, text } = { contents: new Uint8Array(), text: '' }] = outputFiles;
  expect(text).not.toMatch(/\b(require|Buffer)\b|node:|import\s*[{*("']/);
  expect(contents.length).toBeGreaterThan(1_000);
  expect(contents.length).toBeLessThan(12_288);
});
