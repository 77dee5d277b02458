import { randomBytes, randomUUID } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { httpCaller } from '../../adapters/http-caller.ts';
import { secretText } from '../../adapters/webhook-signature.ts';
import { newEventSchema } from '../../api/wire/new-event.ts';
import type { CallResult } from '../../core/event/progress.ts';
import { defaultSettings } from '../../core/settings.ts';

export type StrangerCaller = {
  /** @param timeout the timeout of the call in milliseconds */
  call(url: string, timeout: number): Promise<CallResult>;
  close(): void;
};

const secrets = [{ secret: secretText(randomBytes(32)) }];
const settings = { ...defaultSettings, privateTargets: true };
const newEvent = newEventSchema(settings, Date.now);

/** Returns the caller as it is deployed, except that it may call this machine. */
export function strangerCaller(resolve?: LookupFunction): StrangerCaller {
  const { call, close } = httpCaller({
    allowsAddress: () => true,
    targetPolicy: settings,
    resolve,
    userAgent: 'event-queue/bench',
    now: Date.now,
  });
  return {
    async call(url, timeout) {
      const now = Date.now();
      const wanted = newEvent.parse({ url_to_send_request: url });
      const key = { dueAt: now, uuid: randomUUID() };
      const result = await call(
        { ...wanted, timeout, key, publishedBy: 'bench', createdAt: now },
        1,
        secrets,
        wanted.maxTryCount,
      );
      if (result.outcome === 'not_made') throw new Error(result.error);
      return result;
    },
    close,
  };
}
