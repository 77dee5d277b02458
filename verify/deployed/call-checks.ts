import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { EventAnswer } from '../../api/event-answer.ts';
import { openReceiver } from './receiver.ts';
import type { Stage, StageChecks } from './stage.ts';
import { until } from './until.ts';

/** The milliseconds by which a call may seem early, because its instant is rounded. */
const ROUNDING = 10;

export const callChecks: StageChecks = {
  'an event is called with its method, headers and body, and the answer is kept': async (stage) => {
    const event = { method: 'PUT', headers: { 'x-mine': 'yes' }, body: { hello: 'wörld' } };
    const { ended, calls } = await calledAt(stage, '/hello?a=b', event);
    const [call] = calls;
    assert.deepEqual([call?.method, call?.path, call?.body.toString()], ['PUT', '/hello?a=b', '{"hello":"wörld"}']);
    assert.deepEqual([call?.headers['x-mine'], call?.headers['content-type']], ['yes', 'application/json']);
    assert.deepEqual([ended.status, ended.request_response_body], ['success', 'answer to /hello?a=b']);
  },

  '?wait= answers when the event has finished': async ({ queue, receiver }) => {
    const { key } = await queue.publish({ url_to_send_request: `${receiver.url}/slow/2` });
    const { json } = await queue.api('GET', `/events/${key}?wait=5`);
    assert.equal(json.status, 'success');
    const behind = Date.now() - Date.parse(json.finished_at_utc);
    assert.ok(behind < 6_000, `It answered ${behind} ms after the event had finished.`);
  },

  'a call is signed after Standard Webhooks, with the secret that is shown': async (stage) => {
    const { json: shown } = await stage.queue.api('GET', '/signing-secret');
    const { calls } = await calledAt(stage, '/signed', { body: 'text' });
    const { headers = {}, body = Buffer.of() } = calls[0] ?? {};
    const secret = Buffer.from(shown.secret.slice('whsec_'.length), 'base64');
    const signed = createHmac('sha256', secret).update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`);
    const signature = `v1,${signed.update(body).digest('base64')}`;
    assert.ok(String(headers['webhook-signature']).split(' ').includes(signature), 'The signature is another.');
  },

  'a secret that was replaced signs on beside the new one': async ({ queue }) => {
    const { json: before } = await queue.api('GET', '/signing-secret');
    const { json: after } = await queue.api('POST', '/signing-secret/rotate', {});
    assert.notEqual(after.secret, before.secret);
    assert.equal(after.previous[0].secret, before.secret);
  },

  'failing calls are made again, max_try_count times in all, retry_delay apart': async (stage) => {
    const { ended, calls } = await calledAt(stage, '/status/503', { max_try_count: 3, retry_delay: 2 });
    assert.deepEqual([ended.status, calls.length], ['max_try_count_reached', 3]);
    const told = ended.attempts.map(({ answer_excerpt }) => answer_excerpt?.text);
    assert.deepEqual(told, Array(3).fill('answer to /status/503'));
    const gaps = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    assert.ok(Math.min(...gaps) >= 2_000 - ROUNDING, `They were ${gaps.join(' and ')} ms apart.`);
  },

  'an event that fails twice and then succeeds is a success': async (stage) => {
    const { ended } = await calledAt(stage, '/fail/2', { max_try_count: 5, retry_delay: 1 });
    const codes = ended.attempts.map(({ status_code }) => status_code);
    assert.deepEqual([ended.status, codes], ['success', [500, 500, 200]]);
  },

  'a receiver that is slower than the timeout is timed out': async (stage) => {
    const { ended } = await calledAt(stage, '/slow/3', { timeout_for_request: 1, max_try_count: 1 });
    assert.deepEqual([ended.status, ended.attempts[0]?.outcome], ['max_try_count_reached', 'timed_out']);
  },

  'a 410 ends an event at once, and so does event-queue-stop': async (stage) => {
    const ends = await Promise.all(['/gone', '/stop'].map((path) => calledAt(stage, path, { max_try_count: 5 })));
    assert.deepEqual(
      ends.map(({ ended }) => [ended.status, ended.ended_because, ended.try_count]),
      Array(2).fill(['max_try_count_reached', 'stopped_by_receiver', 1]),
    );
  },

  'failure_url is called when an event has failed for good': async (stage) => {
    const { url, of } = stage.receiver;
    const event = { max_try_count: 1, failure_url: `${url}/failed` };
    const { ended } = await calledAt(stage, '/status/500', event);
    const told = await until('the call of failure_url', 20, () => of(ended.failure_callback_key ?? '')[0]);
    assert.equal(told.method, 'POST');
    assert.ok(told.body.includes(ended.key), `The call names another event: ${told.body}`);
  },

  'callback_url is called with the result of an event that has succeeded, and of one that has failed': async (
    stage,
  ) => {
    const { url, of } = stage.receiver;
    const callback_url = `${url}/told`;
    const [succeeded, failed] = await Promise.all([
      calledAt(stage, '/result', { callback_url }),
      calledAt(stage, '/status/500', { callback_url, max_try_count: 1 }),
    ]);
    for (const [{ ended }, type] of [
      [succeeded, 'event.succeeded'],
      [failed, 'event.failed'],
    ] as const) {
      const told = await until(`the callback ${type}`, 20, () => of(ended.callback_key ?? '')[0]);
      const { type: given, data } = JSON.parse(told.body.toString());
      assert.deepEqual([given, data.key, data.request_response_body], [type, ended.key, answerTo(ended)]);
    }
  },

  'a target on which nobody listens is unreachable': async ({ queue }) => {
    const closed = await openReceiver();
    closed.close();
    const event = await queue.publish({ url_to_send_request: closed.url, max_try_count: 1 });
    assert.equal((await queue.finished(event)).attempts[0]?.outcome, 'unreachable');
  },

  'an event that is delayed by 5 s is called then, and not before': async (stage) => {
    const { ended, calls } = await calledAt(stage, '/five', { call_url_after: 5 });
    const late = (calls[0]?.at ?? 0) - ended.timestamp_for_execution_to_start * 1_000;
    assert.ok(late >= -1 && late < 3_000, `It was called ${late} ms after its instant.`);
  },
};

/** Publishes an event for a path of the receiver, and waits for its end. */
async function calledAt({ queue, receiver, tag }: Stage, path: string, event: object) {
  const published = await queue.publish({ url_to_send_request: `${receiver.url}${path}`, event_tags: [tag], ...event });
  const ended = await queue.finished(published);
  return { ended, calls: receiver.of(published.key) };
}

/** Returns the answer of the receiver to a call of an event. */
function answerTo({ url_to_send_request }: EventAnswer): string {
  return `answer to ${new URL(url_to_send_request).pathname}`;
}
