import { describe, expect, test } from '@jest/globals';
import type { ApiKeys } from '../../core/ports.ts';
import { apiClient } from '../support/api-client.ts';

const web = { id: '6f1ed002ab559585', label: 'web', scopes: ['publish'] } as const;

describe('the key of a request', () => {
  const keys: ApiKeys = { find: async (secret) => (secret === 'secret of web' ? web : undefined) };

  test('is answered with its label and its scopes, whatever they are, and without its secret', async () => {
    const { status, body } = await apiClient({ keys }).send({
      path: '/keys/self',
      headers: { 'x-api-key': 'secret of web' },
    });
    expect([status, body]).toEqual([200, web]);
  });
});
