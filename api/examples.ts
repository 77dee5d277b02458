const event = {
  key: '98225183999.750-0198f2a4-5b6c-7d8e-9f00-112233445566',
  status: 'waiting_execution',
  url_to_send_request: 'https://example.com/send-mail',
  call_url_after: 60,
  call_url_at: null,
  method: 'POST',
  headers: { 'x-tenant': 'acme' },
  body: { mail: 'welcome', to: 42 },
  body_base64: null,
  timeout_for_request: 5,
  max_try_count: 3,
  tried_before: 0,
  retry_delay: 60,
  retry_delays: null,
  retry_backoff: 'fixed',
  retry_max_delay: 3600,
  failure_url: null,
  callback_url: null,
  event_tags: ['mails'],
  deduplication_id: null,
  deduplication_window: null,
  keep_result_for: 86400,
  keep_failed_for: 86400,
  created_at_utc: '2026-03-02T08:59:00.250Z',
  timestamp_for_execution_to_start: 1772442000.25,
  try_count: 0,
  next_attempt_at_utc: '2026-03-02T09:00:00.250Z',
  finished_at_utc: null,
  expires_at_utc: null,
  ended_because: null,
  overlaps_with_key: null,
  schedule_id: null,
  failure_callback_key: null,
  callback_key: null,
  request_response_status_code: null,
  request_response_headers: null,
  request_response_body: null,
  request_response_body_base64: null,
  request_response_truncated: null,
  attempts: [],
};

const finished = {
  ...event,
  status: 'success',
  try_count: 1,
  next_attempt_at_utc: null,
  finished_at_utc: '2026-03-02T09:00:00.391Z',
  expires_at_utc: '2026-03-03T09:00:00.391Z',
  request_response_status_code: 200,
  request_response_headers: { 'content-type': 'text/plain' },
  request_response_body: 'sent',
  request_response_truncated: false,
  attempts: [
    {
      number: 1,
      started_at_utc: '2026-03-02T09:00:00.252Z',
      late_ms: 2,
      duration_ms: 139,
      outcome: 'answered',
      status_code: 200,
      error: null,
    },
  ],
};

const wanted = {
  url_to_send_request: event.url_to_send_request,
  call_url_after: event.call_url_after,
  headers: event.headers,
  body: event.body,
  event_tags: event.event_tags,
};

const NOT_A_URL = 'Not a URL that can be called. Write it in full, as in https://example.com/path.';
const notValid = {
  type: 'urn:event-queue:invalid',
  title: 'The request is not valid',
  status: 422,
  detail: `url_to_send_request: ${NOT_A_URL}`,
  errors: [{ path: 'url_to_send_request', detail: NOT_A_URL }],
};

const { key } = event;
const cancelled = {
  ...event,
  status: 'cancelled',
  next_attempt_at_utc: null,
  finished_at_utc: '2026-03-02T08:59:30.000Z',
  expires_at_utc: '2026-03-03T08:59:30.000Z',
};
const reopened = {
  ...finished,
  status: 'waiting_execution',
  max_try_count: 4,
  tried_before: 1,
  next_attempt_at_utc: '2026-03-02T10:00:00.000Z',
  finished_at_utc: null,
  expires_at_utc: null,
};
const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const newSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const apiKey = { id: '6f1ed002ab559585', label: 'web', scopes: ['publish', 'read'] };
const storedKey = { ...apiKey, created_at_utc: '2026-03-02T08:00:00.000Z' };
const counts = {
  accepted: 6000,
  attempts: { answered: 6012, timed_out: 3, unreachable: 0, invalid_answer: 0, blocked: 0, crashed: 0 },
  succeeded: 5998,
  exhausted: 2,
  cancelled: 0,
  late_ms: { p50: 3, p95: 12, p99: 21 },
  duration_ms: { p50: 84, p95: 410, p99: 1200 },
};

const newSchedule = {
  cron: '0 9 * * 1-5',
  time_zone: 'Europe/Berlin',
  overlap: 'skip',
  event: {
    url_to_send_request: 'https://example.com/send-report',
    body: { report: 'daily' },
    event_tags: ['reports'],
  },
};
const schedule = {
  id: 'daily-report',
  status: 'active',
  cron: newSchedule.cron,
  time_zone: newSchedule.time_zone,
  every: null,
  in_words: 'At 09:00 from Monday to Friday, Berlin time',
  from: null,
  until: null,
  overlap: 'skip',
  catch_up: 1,
  event: {
    url_to_send_request: newSchedule.event.url_to_send_request,
    method: 'POST',
    headers: {},
    body: newSchedule.event.body,
    body_base64: null,
    timeout_for_request: 5,
    max_try_count: 3,
    retry_delay: 60,
    retry_delays: null,
    retry_backoff: 'fixed',
    retry_max_delay: 3600,
    failure_url: null,
    callback_url: null,
    event_tags: newSchedule.event.event_tags,
    keep_result_for: 86400,
    keep_failed_for: 86400,
  },
  created_at_utc: '2026-03-02T08:59:00.250Z',
  changed_at_utc: '2026-03-02T08:59:00.250Z',
  paused_at_utc: null,
  next_runs_at_utc: [
    '2026-03-03T08:00:00.000Z',
    '2026-03-04T08:00:00.000Z',
    '2026-03-05T08:00:00.000Z',
    '2026-03-06T08:00:00.000Z',
    '2026-03-09T08:00:00.000Z',
  ],
  last_run: null,
};
const run = { ...finished, schedule_id: schedule.id };

/** Example requests and answers for the documentation, under the names of their routes. */
export const examples = {
  publish: { input: wanted, answer: event },
  publishBatch: {
    input: { events: [wanted, { url_to_send_request: 'ftp://example.com/' }] },
    answer: { results: [event, notValid] },
  },
  list: { answer: { events: [finished], next_cursor: null } },
  bulk: { input: { tag: 'mails' }, answer: { changed: 7, more: false, next_cursor: null } },
  get: { input: { key }, answer: finished },
  cancel: { input: { key }, answer: cancelled },
  retry: { input: { key }, answer: reopened },
  createSchedule: { input: newSchedule, answer: schedule },
  replaceSchedule: { input: newSchedule, answer: schedule },
  previewSchedule: {
    input: { cron: newSchedule.cron, time_zone: newSchedule.time_zone },
    answer: { in_words: schedule.in_words, next_runs_at_utc: schedule.next_runs_at_utc },
  },
  listSchedules: { answer: { schedules: [schedule], next_cursor: null } },
  getSchedule: { input: { id: schedule.id }, answer: schedule },
  listRuns: { input: { id: schedule.id }, answer: { events: [run], next_cursor: null } },
  pauseSchedule: {
    input: { id: schedule.id },
    answer: { ...schedule, status: 'paused', paused_at_utc: '2026-03-02T09:30:00.000Z', next_runs_at_utc: [] },
  },
  resumeSchedule: { input: { id: schedule.id }, answer: schedule },
  deleteSchedule: { input: { id: schedule.id }, answer: { id: schedule.id, deleted: true } },
  runSchedule: { input: { id: schedule.id }, answer: { ...event, schedule_id: schedule.id } },
  ownKey: { answer: apiKey },
  listKeys: { answer: { keys: [storedKey] } },
  createKey: {
    input: { label: apiKey.label, scopes: apiKey.scopes },
    answer: { ...storedKey, secret: 'eq_mM1nV7yqkq0oZ0eQbX3vJr2c5sT8wYhL4a1b2c3d' },
  },
  revokeKey: { input: { id: apiKey.id }, answer: { id: apiKey.id, revoked: true } },
  signingSecret: { answer: { secret, previous: [] } },
  rotatedSigningSecret: {
    answer: { secret: newSecret, previous: [{ secret, signs_until_utc: '2026-03-03T09:00:00.000Z' }] },
  },
  stats: {
    input: { range: 'hour' },
    answer: {
      range: 'hour',
      periods: [{ started_at_utc: '2026-03-02T09:00:00.000Z', ...counts }],
      total: counts,
      hosts: [
        {
          host: 'api.example.com',
          attempts_succeeded: 5980,
          attempts_failed: 17,
          events_failed: 2,
          last_error: { at_utc: '2026-03-02T09:00:41.250Z', outcome: 'answered', status_code: 503, error: null },
        },
      ],
      other_hosts: { attempts_succeeded: 18, attempts_failed: 0, events_failed: 0 },
      complete: true,
    },
  },
} as const;
