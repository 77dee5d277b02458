import assert from 'node:assert/strict';
import type { Stage, StageChecks } from './stage.ts';

const NO_KEY = { 'x-api-key': '' };

export const pageChecks: StageChecks = {
  'GET /docs shows the API': async ({ queue }) => {
    const { status, headers, text } = await queue.api('GET', '/docs', undefined, NO_KEY);
    assert.deepEqual([status, headers['content-type']?.split(';')[0]], [200, 'text/html']);
    assert.match(text, /swagger/i);
  },

  'GET /openapi.json is OpenAPI 3.1': async ({ queue }) => {
    const { status, json } = await queue.api('GET', '/openapi.json', undefined, NO_KEY);
    assert.deepEqual([status, json.openapi.slice(0, 3)], [200, '3.1']);
    assert.ok(json.paths['/events'], 'It has no path /events.');
  },

  'the page has its scripts and styles': async ({ queue }) => {
    const { text } = await queue.api('GET', '/docs');
    const files = [...text.matchAll(/(?:src|href)="([^":]+)"/g)].map(([, path = '']) => new URL(path, 'http://x/docs'));
    assert.ok(files.length >= 2, `The page names ${files.length} files.`);
    const answers = await Promise.all(
      files.map(async ({ pathname }) => {
        const { status, bytes } = await queue.api('GET', pathname, undefined, { 'accept-encoding': 'gzip' });
        return [pathname, status, bytes.length > 100];
      }),
    );
    assert.deepEqual(
      answers,
      files.map(({ pathname }) => [pathname, 200, true]),
    );
  },

  'GET / shows the console, whose files browsers may keep': async ({ queue }) => {
    const { status, headers, text } = await queue.api('GET', '/', undefined, NO_KEY);
    assert.deepEqual([status, headers['content-type']?.split(';')[0]], [200, 'text/html']);
    assert.match(text, /<div id="console" data-refresh="10">/);
    const files = [...text.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, path = '']) => path);
    assert.equal(files.length, 2);
    for (const path of files) {
      const file = await queue.api('GET', path, undefined, { ...NO_KEY, 'accept-encoding': 'gzip' });
      assert.deepEqual([file.status, file.headers['content-encoding']], [200, 'gzip']);
      assert.match(file.headers['cache-control'] ?? '', /immutable/);
    }
    const screen = await queue.api('GET', '/console/events/any', undefined, NO_KEY);
    assert.deepEqual([screen.status, screen.text], [200, text]);
  },

  'GET /health answers ok': async (stage) => assert.equal((await health(stage)).status, 'ok'),

  'HEAD answers as GET does, without a body': async ({ queue }) => {
    const [head, get] = [await queue.api('HEAD', '/events/count'), await queue.api('GET', '/events/count')];
    assert.deepEqual([head.status, head.bytes.length], [get.status, 0]);
    assert.equal(head.headers['content-type'], get.headers['content-type']);
    const missing = await queue.api('HEAD', '/events/98204046090.222-00000000-0000-4000-8000-000000000000');
    assert.deepEqual([missing.status, missing.bytes.length], [404, 0]);
  },
};

/**
 * Resolves with the answer of /health. The API is named by its path, because its host has a /health of the emulator.
 */
export async function health({ aws, queue }: Stage): Promise<{ readonly status: string; readonly paused?: boolean }> {
  const [api] = queue.host.split('.');
  const { status, text } = await aws.http({ method: 'GET', path: `/_aws/execute-api/${api}/$default/health` });
  assert.equal(status, 200);
  return JSON.parse(text);
}

export const refusalChecks: StageChecks = {
  'no key is a 401, and too weak a key a 403': async ({ queue, weakKey, receiver }) => {
    const event = { url_to_send_request: receiver.url };
    const none = await queue.api('POST', '/events', event, NO_KEY);
    const weak = await queue.api('POST', '/events', event, { 'x-api-key': weakKey });
    assert.deepEqual([none.status, weak.status], [401, 403]);
  },

  'what is not valid is a 422 that names the fields': async ({ queue }) => {
    const { status, json } = await queue.api('POST', '/events', { url_to_send_request: 'ftp://x', max_try_count: 0 });
    assert.equal(status, 422);
    assert.match(JSON.stringify(json.errors), /url_to_send_request.*max_try_count|max_try_count.*url_to_send_request/);
  },

  'an unknown path is a 404, and a wrong method a 405': async ({ queue }) => {
    const [unknown, wrong] = [await queue.api('GET', '/nope'), await queue.api('PUT', '/events', {})];
    assert.deepEqual([unknown.status, wrong.status], [404, 405]);
    assert.equal(unknown.headers['content-type'], 'application/problem+json');
  },

  'the queue does not call itself': async ({ queue, deployed, aws }) => {
    const { status } = await queue.api('POST', '/events', { url_to_send_request: 'https://queue.example.test/events' });
    assert.equal(status, 422);
    // Only the setting of the deliverer is checked, because on the emulator, unlike on AWS, the host of the queue has a
    // port, and a call would not be refused.
    const name = deployed.physical('QueueDeliverFunction', 'AWS::Lambda::Function');
    const { Environment } = await aws.rest<{ Environment: { Variables: Record<string, string> } }>(
      'lambda',
      'GET',
      `/2015-03-31/functions/${name}/configuration`,
    );
    assert.equal(Environment.Variables.OWN_HOSTS, `${queue.host},queue.example.test`);
  },
};
