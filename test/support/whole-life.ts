import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '../../core/durations.ts';
import type { CallResult } from '../../core/event/progress.ts';
import { deployedFunctions } from '../../verify/shared/deployed-functions.ts';
import type { AwsCall } from '../../verify/shared/recording-endpoint.ts';
import { answered } from './sample-event.ts';

/** A word that is in everything that is sent and answered, and must be in no log. */
export const SECRET_WORD = 'opensesame';

/** How the receivers behave, by the path at which they are called. */
const receivers: Readonly<Record<string, CallResult>> = {
  '/answers': answered(200, [['x-answer', SECRET_WORD]], SECRET_WORD),
  '/fails': answered(500),
  '/times-out': { outcome: 'timed_out', error: 'No whole answer within 5000 ms.' },
  '/is-down': { outcome: 'unreachable', error: 'The connection was refused.' },
  '/babbles': { outcome: 'invalid_answer', error: 'The answer is not valid HTTP.' },
  '/is-private': { outcome: 'blocked', error: 'The host is not public.' },
};

/**
 * Makes everything that can happen to events happen once, in all deployed functions, on a clock that is moved. Returns
 * the functions, which are closed, with the requests that each of them made to AWS.
 */
export async function wholeLife() {
  let clock = Date.parse('2030-01-01T00:00:00Z');
  const call = async ({ url }: { readonly url: string }) =>
    receivers[new URL(url).pathname] ?? new Promise<CallResult>(() => {});
  const functions = await deployedFunctions({ now: () => clock, sleep, call });
  const { ask, sent, deliver, dispatch, calls } = functions;

  const eventTo = (path: string) => ({
    url_to_send_request: `https://user.example.com${path}?token=${SECRET_WORD}`,
    headers: { authorization: SECRET_WORD },
    body: { password: SECRET_WORD },
    max_try_count: 1,
    keep_result_for: 60,
  });
  const publish = (path: string, fields: object = {}) =>
    ask('publish', 'POST', '/events', { ...eventTo(path), ...fields });

  await publish('/answers', { deduplication_id: 'once' });
  for (const path of Object.keys(receivers)) await publish(path, { event_tags: ['all'] });
  await publish('/fails', { max_try_count: 2, retry_delay: 1 });
  const far = await publish('/fails', { max_try_count: 2, retry_delay: 3_600 });
  await deliver(sent());
  clock += 2 * SECOND;
  await deliver(sent());

  await ask('manage', 'PUT', '/schedules/report', { every: 60, overlap: 'skip', event: eventTo('/answers') });
  clock += MINUTE;
  await deliver(sent());
  await ask('manage', 'DELETE', '/schedules/report');

  await publish('/hangs');
  const hanging = sent();
  void deliver(hanging, 2);
  await until(() => calls('deliver').some(isClaim));
  clock += 5 * MINUTE;
  await deliver(hanging, 3);

  const waiting = await publish('/answers', { call_url_after: 1_800 });
  await ask('manage', 'DELETE', `/events/${waiting.key}`);
  await ask('manage', 'DELETE', `/events/${far.key}`);
  await ask('manage', 'POST', `/events/${far.key}/retry`, {});
  await ask('manage', 'POST', '/events/cancel', { tag: 'none' });
  const apiKey: object = await ask('manage', 'POST', '/keys', { label: 'web', scopes: ['publish'] });
  await ask('manage', 'DELETE', `/keys/${(apiKey as { readonly id: string }).id}`);
  await ask('read', 'GET', `/events/${far.key}`);
  await ask('read', 'GET', '/events');
  await ask('read', 'GET', '/stats');
  await ask('site', 'GET', '/health');

  await publish('/answers', { call_url_after: 600 });
  for (const end = clock + 100 * MINUTE; clock < end; clock += 110 * SECOND) await dispatch();
  await ask('manage', 'POST', '/pause', {});
  await dispatch();
  await ask('manage', 'POST', '/resume', {});
  await functions.close();
  return functions;
}

function isClaim({ action, input }: AwsCall): boolean {
  return action === 'dynamodb:PutItem' && JSON.stringify(input).includes('"claim"');
}

async function until(condition: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 60 * SECOND; !condition(); await sleep(10)) {
    if (Date.now() > giveUpAt) throw new Error('It did not come to that.');
  }
}
