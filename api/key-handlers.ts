import { isKeyId } from '../core/api-key.ts';
import type { ApiKeyStore } from '../core/ports.ts';
import { keyAnswer, storedKeyAnswer } from './key-answer.ts';
import type { keyRoutes } from './key-routes.ts';
import type { Problem } from './problem.ts';
import type { RouteHandlers } from './route-handlers.ts';

/** Makes the handlers of the routes that concern API keys. */
export function keyHandlers(store: ApiKeyStore): RouteHandlers<keyof typeof keyRoutes> {
  return {
    async ownKey({ caller }) {
      return { status: 200, body: keyAnswer(caller) };
    },

    async listKeys() {
      return { status: 200, body: { keys: (await store.list()).map(storedKeyAnswer) } };
    },

    async createKey({ input }) {
      const created = await store.create(input);
      if (created === 'too many') return tooManyKeys;
      const { secret, ...key } = created;
      return { status: 201, body: { ...storedKeyAnswer(key), secret } };
    },

    async revokeKey({ input: { id }, caller }) {
      if (id === caller.id) return keyInHand;
      return isKeyId(id) && (await store.revoke(id)) ? { status: 200, body: { id, revoked: true } } : noSuchKey;
    },
  };
}

const tooManyKeys: Problem = {
  problem: 'conflict',
  detail: 'There are as many keys as there may be. Revoke those that nobody uses, and send this request again.',
};

/** Refuses to revoke the key of the request, so that its holder does not lose the last key by accident. */
const keyInHand: Problem = {
  problem: 'conflict',
  detail: 'This is the key of this request itself. Revoke it with another key that has the scope admin.',
};

const noSuchKey: Problem = {
  problem: 'not-found',
  detail: 'There is no key with this id. GET /keys lists the keys with their ids.',
};
