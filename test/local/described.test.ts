import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openapiDocument } from '../../api/openapi-document.ts';
import { routes } from '../../api/routes.ts';
import { defaultSettings } from '../../core/settings.ts';
import { type LocalQueue, openLocalQueue } from '../../local/local-queue.ts';
import { describedJson, finishedEvent, publish } from '../support/http-client.ts';

type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly example?: unknown;
};
type Operation = {
  readonly operationId: string;
  readonly security: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example: unknown } } };
};

/**
 * The operations, which only give the tests their names: the requests are built from the document that the queue itself
 * answers.
 */
const named = openapiDocument(routes(defaultSettings, Date.now), '') as {
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(named.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
);

let queue: LocalQueue;
let paths: Record<string, Record<string, Operation>>;
const authorized = { 'x-api-key': 'demo' };

beforeAll(async () => {
  queue = await openLocalQueue({ port: 0, dataFolder: undefined, privateTargets: true, version: '1.2.3' });
  ({ paths } = (await (await fetch(`${queue.url}/openapi.json`)).json()) as { paths: typeof paths });
});
afterAll(() => queue.close());

describe.each(operations)('a client that knows nothing but the document: $method $path', ({ method, path }) => {
  const operation = () => paths[path]?.[method.toLowerCase()] as Operation;
  const isKeyed = () => operation().parameters?.some(isKey) ?? false;
  const makesWhatItNames = () => method === 'PUT';
  const takesBody = () => operation().requestBody !== undefined;

  test('is answered as described', async () => {
    let status = await ask(request(isKeyed() ? await existing(path) : ''));
    if (status === 409) status = await ask(request(await waitingKey()));
    expect([200, 201]).toContain(status);
  });

  test('is refused as described without an API key, with unknown parameters, fields, keys and types, and with what is no JSON', async () => {
    if (operation().security.length > 0) expect(await ask({ ...request('x'), headers: {} })).toBe(401);
    if (isKeyed() && !makesWhatItNames()) expect(await ask(request('unknown'))).toBe(404);
    if (takesBody()) {
      expect(await ask({ ...request('x'), body: '{' })).toBe(400);
      expect(await ask({ ...request('x'), body: '{"no such field":1}' })).toBe(422);
      expect(await ask({ ...request('x'), headers: authorized })).toBe(415);
    } else {
      const { url, ...rest } = request('x');
      expect(await ask({ ...rest, url: `${url}${url.includes('?') ? '&' : '?'}no_such_parameter=1` })).toBe(422);
    }
  });

  type Built = { readonly url: string; readonly headers: Record<string, string>; readonly body?: string };

  function request(key: string): Built {
    const parameters = (operation().parameters ?? []).filter(
      ({ example, required }) => required || example !== undefined,
    );
    const textFor = (one: Parameter) => (isKey(one) ? key : String(one.example));
    const inPath = parameters.filter((one) => one.in === 'path');
    const filled = inPath.reduce((text, one) => text.replace(`{${one.name}}`, encodeURIComponent(textFor(one))), path);
    const query = new URLSearchParams(
      parameters.filter((one) => one.in === 'query').map((one): [string, string] => [one.name, textFor(one)]),
    );
    const url = `${queue.url}${filled}${query.size > 0 ? `?${query}` : ''}`;
    if (!takesBody()) return { url, headers: authorized };
    const body = JSON.stringify(operation().requestBody?.content['application/json'].example);
    return { url, headers: { ...authorized, 'content-type': 'application/json' }, body };
  }

  /** Sends a request, checks that the answer is as described, and returns its status. */
  async function ask({ url, headers, body }: Built): Promise<number> {
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
    await describedJson(response, method);
    return response.status;
  }
});

/** Whether a parameter names what an operation acts on: an event by its key, or an API key or a schedule by its id. */
function isKey({ name }: Parameter): boolean {
  return name === 'key' || name === 'event_key' || name === 'id';
}

/** Resolves with the key or the id of something that the operations of a path can act on. */
async function existing(path: string): Promise<string> {
  if (path.startsWith('/keys')) return idOfNew('/keys', { label: 'web', scopes: ['publish'] });
  if (path.startsWith('/schedules'))
    return idOfNew('/schedules', { every: 3_600, event: { url_to_send_request: `${queue.url}/echo` } });
  return finishedKey();
}

async function idOfNew(path: string, wanted: object): Promise<string> {
  const headers = { ...authorized, 'content-type': 'application/json' };
  return (await (await fetch(queue.url + path, { method: 'POST', headers, body: JSON.stringify(wanted) })).json()).id;
}

async function waitingKey(): Promise<string> {
  return (await publish(queue.url, { url_to_send_request: `${queue.url}/echo`, call_url_after: 600 })).key;
}

async function finishedKey(): Promise<string> {
  const { key } = await publish(queue.url, { url_to_send_request: `${queue.url}/echo` });
  return (await finishedEvent(queue.url, key)).key;
}
