import { jest } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { httpApi } from '../../api/http-api.ts';
import type { ApiKeyStore, ApiKeys, Caller, EventStore, RangeCounts } from '../../core/ports.ts';
import { openQueue } from '../../core/queue.ts';
import { defaultSettings, type Settings } from '../../core/settings.ts';
import { simulatedClock } from '../../verify/shared/simulated-clock.ts';
import { expectDescribed } from './described-answer.ts';
import { memoryEventStore } from './memory-event-store.ts';
import { memorySchedules } from './memory-schedules.ts';
import { quietDependencies } from './quiet-dependencies.ts';
import { answered, secrets } from './sample-event.ts';
import { recordedMessages } from './simulated-time.ts';

export const START = Date.parse('2030-01-01T00:00:00.250Z');

type Scene = {
  readonly statistics?: Partial<RangeCounts>;
  readonly store?: EventStore;
  readonly keys?: ApiKeys;
  readonly keyStore?: ApiKeyStore;
  readonly settings?: Partial<Settings>;
  readonly call?: Caller;
};

/**
 * The API on a store in memory, with a clock that stands still unless a test moves it, called as API Gateway calls it.
 */
export function apiClient({
  store: given = memoryEventStore(),
  keys = oneKeyForEachScope,
  keyStore = noStoredKeys,
  settings = {},
  statistics = {},
  call = async () => answered(200),
}: Scene = {}) {
  /** The store, whose methods a test may replace. */
  const store = { ...given };
  const schedules = memorySchedules();
  const clock = simulatedClock(START);
  const messages = recordedMessages();
  const report = jest.fn();
  let ids = 0;
  const queue = openQueue({
    ...quietDependencies,
    store,
    schedules,
    dueQueue: messages,
    call,
    now: clock.now,
    sleep: clock.sleep,
    newId: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
    random: () => 0,
  });
  const api = httpApi({
    queue,
    statistics: { read: async () => ({ periods: [], hosts: new Map(), complete: true, ...statistics }) },
    signingSecrets: { cached: async () => secrets, fresh: async () => secrets, rotate: async () => secrets },
    keys,
    keyStore,
    settings: { ...defaultSettings, ...settings },
    now: clock.now,
    version: '1.2.3',
    report,
  });

  const sendRaw = (request: ApiRequest) => api(gatewayEvent(request), {} as Context);

  async function send(request: ApiRequest) {
    const { statusCode: status = 0, headers = {}, body: text = 'null' } = await sendRaw(request);
    const answer = { status, headers, body: JSON.parse(text) };
    const { method = 'GET', path } = request;
    expectDescribed({ method, path, status, contentType: String(headers['content-type']), body: answer.body });
    return answer;
  }

  const publish = (event: unknown) => send({ method: 'POST', path: '/events', body: JSON.stringify(event) });

  return { send, sendRaw, publish, store, schedules, queue, clock, messages, report };
}

type ApiRequest = {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
};

/** A key with all scopes, whose label is `all`, and one key for each scope, with the scope as its label. */
const oneKeyForEachScope: ApiKeys = {
  async find(secret) {
    if (secret === 'all') return { id: 'all', label: '', scopes: ['publish', 'read', 'manage', 'admin'] };
    const scope = (['publish', 'read', 'manage', 'admin'] as const).find((one) => one === secret);
    return scope && { id: scope, label: '', scopes: [scope] };
  },
};

const noStoredKeys: ApiKeyStore = { list: async () => [], create: async () => 'too many', revoke: async () => false };

function gatewayEvent({ method = 'GET', path, query = '', headers, body }: ApiRequest): APIGatewayProxyEventV2 {
  return {
    rawPath: path,
    rawQueryString: query,
    headers: headers ?? { 'x-api-key': 'all', 'content-type': 'application/json' },
    requestContext: { http: { method } },
    ...(body !== undefined && { body: body.toString(Buffer.isBuffer(body) ? 'base64' : undefined) }),
    isBase64Encoded: Buffer.isBuffer(body),
  } as APIGatewayProxyEventV2;
}
