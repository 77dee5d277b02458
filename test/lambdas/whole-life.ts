import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEventV2, Context, SQSEvent } from 'aws-lambda';
import type { FunctionName } from '../../api/routes.ts';
import { emulatedCloud } from '../../bench/workers/emulated-cloud.ts';
import type { AwsCall } from '../../bench/workers/recording-endpoint.ts';
import type { CallResult } from '../../core/progress.ts';
import { openRuntime, type Runtime } from '../../lambdas/runtime/open-runtime.ts';
import { answered } from '../sample-event.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const FUNCTIONS = ['publish', 'read', 'manage', 'site', 'dispatch', 'deliver'] as const;
const context = { getRemainingTimeInMillis: () => 60_000 } as Context;

/** Stands in what is sent and answered, and must stand in no log. */
export const SECRET_WORD = 'opensesame';

/** How the receivers behave, by the path that they are called at. */
const receivers: Readonly<Record<string, CallResult>> = {
  '/answers': answered(200, [['x-answer', SECRET_WORD]], SECRET_WORD),
  '/fails': answered(500),
  '/times-out': { outcome: 'timed_out', error: 'No whole answer within 5000 ms.' },
  '/is-down': { outcome: 'unreachable', error: 'The connection was refused.' },
  '/babbles': { outcome: 'invalid_answer', error: 'The answer is not valid HTTP.' },
  '/is-private': { outcome: 'blocked', error: 'The host is not public.' },
};

/**
 * Everything that can happen to events happens once, in all deployed functions, on a clock that is moved. Answers what each
 * function asked of AWS.
 */
export async function wholeLife() {
  const cloud = await emulatedCloud();
  let clock = Date.parse('2030-01-01T00:00:00Z');
  const call = async ({ url }: { readonly url: string }) =>
    receivers[new URL(url).pathname] ?? new Promise<CallResult>(() => {});
  const told = await Promise.all(FUNCTIONS.map(async (name) => [name, await cloud.surroundings()] as const));
  const runtimes = Object.fromEntries(
    told.map(([name, { environment }]) => [name, openedIn(environment, { now: () => clock, sleep, call })]),
  ) as Record<(typeof FUNCTIONS)[number], Runtime>;

  async function ask(name: FunctionName, method: string, path: string, body?: object): Promise<{ key: string }> {
    const answer = await runtimes[name].api(name)(requestOf(cloud.secret, method, path, body), context);
    return JSON.parse(answer.body ?? 'null');
  }

  const publish = (path: string, fields: object = {}) =>
    ask('publish', 'POST', '/events', {
      url_to_send_request: `https://user.example.com${path}?token=${SECRET_WORD}`,
      headers: { authorization: SECRET_WORD },
      body: { password: SECRET_WORD },
      max_try_count: 1,
      keep_result_for: 60,
      ...fields,
    });

  /** Hands over what is on the due queue; SQS would wait for its instant, so it is taken from what was sent. */
  const taken = new Set<AwsCall>();
  async function deliverSent(receiveCount = 1): Promise<void> {
    const bodies = told.flatMap(([, { calls }]) => calls.filter((one) => !taken.has(one)).flatMap(sentIn));
    for (const [, { calls }] of told) for (const one of calls) taken.add(one);
    await runtimes.deliver.deliver(recordsOf(bodies, receiveCount), context);
  }

  await publish('/answers', { deduplication_id: 'once' });
  for (const path of Object.keys(receivers)) await publish(path, { event_tags: ['all'] });
  await publish('/fails', { max_try_count: 2, retry_delay: 1 });
  const far = await publish('/fails', { max_try_count: 2, retry_delay: 3_600 });
  await deliverSent();
  clock += 2 * SECOND;
  await deliverSent();

  await publish('/hangs');
  void deliverSent(2);
  await until(() => told.some(([, { calls }]) => calls.some(isClaim)));
  clock += 5 * MINUTE;
  const hung = told.flatMap(([name, { calls }]) => (name === 'publish' ? calls.flatMap(sentIn) : [])).at(-1) ?? '';
  await runtimes.deliver.deliver(recordsOf([hung], 3), context);

  const waiting = await publish('/answers', { call_url_after: 1_800 });
  await ask('manage', 'DELETE', `/events/${waiting.key}`);
  await ask('manage', 'DELETE', `/events/${far.key}`);
  await ask('manage', 'POST', `/events/${far.key}/retry`, {});
  await ask('manage', 'POST', '/events/cancel', { tag: 'none' });
  await ask('read', 'GET', `/events/${far.key}`);
  await ask('read', 'GET', '/events');
  await ask('read', 'GET', '/stats');
  await ask('site', 'GET', '/health');

  await publish('/answers', { call_url_after: 600 });
  for (const end = clock + 100 * MINUTE; clock < end; clock += 110 * SECOND) await runtimes.dispatch.dispatch();
  await cloud.close();
  return { secret: cloud.secret, calls: new Map(told.map(([name, { calls }]) => [name, calls])) };
}

/** The SDK finds its region and credentials in the process's environment: they are the same for all. */
function openedIn(environment: Record<string, string>, instead: Parameters<typeof openRuntime>[1]): Runtime {
  Object.assign(process.env, environment);
  return openRuntime(environment, instead);
}

function requestOf(secret: string, method: string, path: string, body?: object): APIGatewayProxyEventV2 {
  return {
    rawPath: path,
    rawQueryString: `password=${secret}`,
    headers: { 'content-type': 'application/json' },
    requestContext: { http: { method } },
    isBase64Encoded: false,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  } as unknown as APIGatewayProxyEventV2;
}

function sentIn({ action, input }: AwsCall): readonly string[] {
  const entries = (input.Entries ?? []) as readonly { MessageBody: string }[];
  return action === 'sqs:SendMessage' ? entries.map(({ MessageBody }) => MessageBody) : [];
}

function isClaim({ action, input }: AwsCall): boolean {
  return action === 'dynamodb:PutItem' && JSON.stringify(input).includes('"claim"');
}

function recordsOf(bodies: readonly string[], receiveCount: number): SQSEvent {
  const attributes = { ApproximateReceiveCount: String(receiveCount) };
  return { Records: bodies.map((body, index) => ({ messageId: String(index), body, attributes })) } as SQSEvent;
}

async function until(condition: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 5 * SECOND; !condition(); await sleep(10)) {
    if (Date.now() > giveUpAt) throw new Error('It did not come to that.');
  }
}
