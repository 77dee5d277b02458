import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SqliteTable, sqliteTable } from '../../adapters/sqlite-table.ts';
import { createApiKey, revokeApiKey, tableApiKeys } from '../../adapters/table-api-keys.ts';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';
import { type Scope, scopes } from '../../core/api-key.ts';
import type { ApiKeys } from '../../core/ports.ts';
import { defaultSettings } from '../../core/settings.ts';
import { apiClient } from '../support/api-client.ts';

const table = Object.values<Route>(routes(defaultSettings, Date.now));
const guarded = table.flatMap(({ method, path, aliases, scope }) =>
  scope === undefined ? [] : [path, ...aliases.map((alias) => alias.path)].map((one) => ({ method, path: one, scope })),
);

let embedded: SqliteTable;
let keys: ApiKeys;
let revoked: string;
const secrets = new Map<Scope, string>();

beforeAll(async () => {
  embedded = sqliteTable(undefined);
  keys = tableApiKeys(embedded, () => 0);
  for (const scope of scopes) secrets.set(scope, await createApiKey(embedded, { label: scope, scopes: [scope] }, 0));
  revoked = await createApiKey(embedded, { label: 'revoked', scopes }, 0);
  const id = (await keys.find(revoked))?.id ?? '';
  keys = tableApiKeys(embedded, () => 0);
  await revokeApiKey(embedded, id);
});
afterAll(() => embedded.close());

describe.each(guarded)('$method $path', ({ method, path, scope }) => {
  const ask = (headers: Record<string, string>) =>
    apiClient({ keys }).send({ method, path: path.replace(/\{\w+\}/, 'x'), headers });

  test('answers the same 401 without a key and with a wrong, a changed or a revoked one', async () => {
    const good = secrets.get(scope === 'any' ? 'read' : scope) ?? '';
    const wrong = [undefined, 'wrong', 'eq_', good.slice(0, -1), `${good}0`, good.toUpperCase(), revoked];
    const answers = await Promise.all(wrong.map((key) => ask(key === undefined ? {} : { 'x-api-key': key })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: { type: 'urn:event-queue:unauthorized' } });
  });

  test(scope === 'any' ? 'takes every key' : `needs the scope ${scope}, and no other will do`, async () => {
    for (const [owned, secret] of secrets) {
      const { status } = await ask({ authorization: `Bearer ${secret}` });
      if (scope === 'any' || owned === scope) expect([401, 403]).not.toContain(status);
      else expect(status).toBe(403);
    }
  });
});
