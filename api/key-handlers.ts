import type { Handlers } from './handle.ts';
import { keyAnswer } from './key-answer.ts';
import type { keyRoutes } from './key-routes.ts';

/** The handlers of the routes that concern API keys. */
export const keyHandlers: Handlers<keyof typeof keyRoutes> = {
  async ownKey({ caller }) {
    return { status: 200, body: keyAnswer(caller) };
  },
};
