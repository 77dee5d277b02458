import assert from 'node:assert/strict';
import type { StageChecks } from './stage.ts';
import { until } from './until.ts';

/** The seconds after which a revoked key is let in by no function: 30 s, and as long again for a busy machine. */
const REVOKED_WITHIN = 60;

export const keyChecks: StageChecks = {
  'every key is told its label and its scopes': async ({ queue, weakKey, tag }) => {
    const { status, json } = await queue.api('GET', '/keys/self', undefined, { 'x-api-key': weakKey });
    assert.deepEqual([status, json.label, json.scopes], [200, `${tag}-weak`, ['read']]);
  },

  'a key that is made over HTTP works and is listed, and is refused when it is revoked': async (stage) => {
    const { queue, keys, tag } = stage;
    const label = `${tag}-http`;
    const { status, json: made } = await queue.api('POST', '/keys', { label, scopes: ['read'] });
    assert.equal(status, 201);
    const ask = () => queue.api('GET', '/events', undefined, { 'x-api-key': made.secret });
    assert.equal((await ask()).status, 200);
    assert.match(await keys('list'), new RegExp(`^${made.id} .* ${label}$`, 'm'));

    assert.equal((await queue.api('DELETE', `/keys/${made.id}`)).status, 200);
    await until('the refusal of the revoked key', REVOKED_WITHIN, async () => (await ask()).status === 401);
    const { json: listed } = await queue.api('GET', '/keys');
    assert.ok(!listed.keys.some(({ id }: { id: string }) => id === made.id), 'The revoked key is listed.');
  },

  'a key does not revoke itself': async ({ queue }) => {
    const { json: own } = await queue.api('GET', '/keys/self');
    assert.equal((await queue.api('DELETE', `/keys/${own.id}`)).status, 409);
  },
};
