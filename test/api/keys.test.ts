import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SqliteTable, sqliteTable } from '../../adapters/sqlite-table.ts';
import { createApiKey, MOST_KEYS, tableApiKeyStore, tableApiKeys } from '../../adapters/table-api-keys.ts';
import type { Scope } from '../../core/api-key.ts';
import { apiClient } from '../support/api-client.ts';

const START = Date.parse('2030-01-01T00:00:00Z');

let table: SqliteTable;
let now = START;
let admin: string;
let client: ReturnType<typeof apiClient>;

beforeEach(async () => {
  table = sqliteTable(undefined);
  now = START;
  const clock = () => now;
  client = apiClient({ keys: tableApiKeys(table, clock), keyStore: tableApiKeyStore(table, clock) });
  admin = await createApiKey(table, { label: 'owner', scopes: ['admin'] }, now);
});
afterEach(() => table.close());

function ask(method: string, path: string, secret: string, body?: unknown) {
  const headers = { 'x-api-key': secret, 'content-type': 'application/json' };
  return client.send({ method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function created(label: string, scopes: readonly Scope[]) {
  now += 1_000;
  return (await ask('POST', '/keys', admin, { label, scopes })).body;
}

describe('GET /keys/self', () => {
  test('answers the label and the scopes of any key, without its secret', async () => {
    const { secret, id } = await created('web', ['publish']);
    const { status, body } = await ask('GET', '/keys/self', secret);
    expect([status, body]).toEqual([200, { id, label: 'web', scopes: ['publish'] }]);
  });
});

describe('POST /keys', () => {
  test('makes a key that works at once, as far as its scopes go', async () => {
    const { status, body } = await ask('POST', '/keys', admin, { label: 'web', scopes: ['read', 'publish', 'read'] });
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        label: 'web',
        scopes: ['read', 'publish'],
        created_at_utc: '2030-01-01T00:00:00.000Z',
        secret: expect.stringMatching(/^eq_/),
      },
    ]);
    expect((await ask('GET', '/events', body.secret)).status).toBe(200);
    expect((await ask('GET', '/keys', body.secret)).status).toBe(403);
  });

  test('shows the secret in no later answer', async () => {
    const { secret } = await created('web', ['publish']);
    const answers = [await ask('GET', '/keys', admin), await ask('GET', '/keys/self', secret)];
    expect(JSON.stringify(answers)).not.toContain(secret.slice(3, 20));
  });

  test.each<[body: unknown, path: string]>([
    [{ scopes: ['read'] }, 'label'],
    [{ label: '', scopes: ['read'] }, 'label'],
    [{ label: '  ', scopes: ['read'] }, 'label'],
    [{ label: 'x'.repeat(101), scopes: ['read'] }, 'label'],
    [{ label: 'one\nanother', scopes: ['read'] }, 'label'],
    [{ label: '\ud800', scopes: ['read'] }, 'label'],
    [{ label: 'web' }, 'scopes'],
    [{ label: 'web', scopes: [] }, 'scopes'],
    [{ label: 'web', scopes: ['write'] }, 'scopes.0'],
    [{ label: 'web', scopes: ['any'] }, 'scopes.0'],
    [{ label: 'web', scopes: ['read'], secret: 'mine' }, 'secret'],
    [[], ''],
  ])('refuses %j, makes no key, and names the field', async (body, path) => {
    const refused = await ask('POST', '/keys', admin, body);
    expect([refused.status, refused.body.errors.map((error: { path: string }) => error.path)]).toEqual([422, [path]]);
    expect((await ask('GET', '/keys', admin)).body.keys).toHaveLength(1);
  });

  test('takes a label of 100 characters of any script', async () => {
    const label = '鍵'.repeat(100);
    expect((await ask('POST', '/keys', admin, { label, scopes: ['read'] })).body.label).toBe(label);
  });

  test('refuses more than 4 KiB', async () => {
    const body = { label: 'web', scopes: ['read'], more: 'x'.repeat(4_096) };
    expect((await ask('POST', '/keys', admin, body)).status).toBe(413);
  });

  test('makes no more keys than an answer can list', async () => {
    const wanted = { label: 'x', scopes: ['read'] } as const;
    await Promise.all(Array.from({ length: MOST_KEYS - 2 }, () => createApiKey(table, wanted, START)));
    const { status, body } = await ask('POST', '/keys', admin, wanted);
    expect(status).toBe(201);
    expect((await ask('POST', '/keys', admin, wanted)).status).toBe(409);
    expect((await ask('DELETE', `/keys/${body.id}`, admin)).status).toBe(200);
    expect((await ask('POST', '/keys', admin, wanted)).status).toBe(201);
  });
});

describe('GET /keys', () => {
  test('lists all keys, the latest first, without their secrets', async () => {
    await created('web', ['publish', 'read']);
    await created('night', ['manage']);
    const { status, body } = await ask('GET', '/keys', admin);
    const id = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect([status, body.keys]).toEqual([
      200,
      [
        { id, label: 'night', scopes: ['manage'], created_at_utc: '2030-01-01T00:00:02.000Z' },
        { id, label: 'web', scopes: ['publish', 'read'], created_at_utc: '2030-01-01T00:00:01.000Z' },
        { id, label: 'owner', scopes: ['admin'], created_at_utc: '2030-01-01T00:00:00.000Z' },
      ],
    ]);
  });
});

describe('DELETE /keys/{id}', () => {
  test('revokes a key, which is let in for 30 s at most', async () => {
    const { id, secret } = await created('web', ['publish']);
    await ask('GET', '/keys/self', secret);
    const { status, body } = await ask('DELETE', `/keys/${id}`, admin);
    expect([status, body]).toEqual([200, { id, revoked: true }]);
    now += 30_000;
    expect((await ask('GET', '/keys/self', secret)).status).toBe(401);
    expect((await ask('GET', '/keys', admin)).body.keys).toHaveLength(1);
    expect((await ask('DELETE', `/keys/${id}`, admin)).status).toBe(404);
  });

  test('does not revoke the key of the request, which stays as it is', async () => {
    const { id } = (await ask('GET', '/keys/self', admin)).body;
    const { status, body } = await ask('DELETE', `/keys/${id}`, admin);
    expect([status, body.detail]).toEqual([409, expect.stringMatching(/key of this request itself.*another key/)]);
    now += 30_000;
    expect((await ask('GET', '/keys', admin)).body.keys).toHaveLength(1);
  });

  test.each(['x', 'self', '0123456789ABCDEF', '0'.repeat(16), `${'0'.repeat(16)}%23`, 'x'.repeat(3_000)])(
    'answers 404 for an id that no key has: %s',
    async (id) => {
      expect((await ask('DELETE', `/keys/${id}`, admin)).status).toBe(404);
    },
  );
});
