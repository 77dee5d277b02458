// Made from the routes and schemas of the API by `npm run client-types`. Change those, and run it again.

export interface AnswerExcerpt {
  /** The beginning of the body, up to 512 bytes. Null if it is binary. */
  readonly text: string | null;
  /** Whether the body is not UTF-8. */
  readonly binary: boolean;
  /** Whether the body was longer. */
  readonly truncated: boolean;
}

export interface Attempt {
  /** Counted from 1. A number is never used twice, so one can be missing after an event was cancelled and retried. */
  readonly number: number;
  /** When the attempt started. */
  readonly started_at_utc: string;
  /** Milliseconds from the planned start of the attempt to its real start. */
  readonly late_ms: number;
  /** Milliseconds that the attempt took. */
  readonly duration_ms: number;
  /** How the attempt ended. */
  readonly outcome: AttemptOutcome;
  /** The status code of the answer. Null if there was none. */
  readonly status_code: number | null;
  /** Why there was no answer. */
  readonly error: string | null;
  /**
   * What the attempt was answered. Present in the last three attempts that failed with an answer, or in fewer beside a
   * long history of errors.
   */
  readonly answer_excerpt?: AnswerExcerpt | undefined;
  /**
   * Present if the request was sent twice, because the first connection was closed at once. The attempt then used two
   * of the tries.
   */
  readonly requests?: 2 | undefined;
}

export interface AttemptCounts {
  /** Attempts that got an answer, with any status code. */
  readonly answered: number;
  /** Attempts whose answer did not arrive in time. */
  readonly timed_out: number;
  /** Attempts that could not connect, or lost their connection. */
  readonly unreachable: number;
  /** Attempts whose answer was not valid HTTP. */
  readonly invalid_answer: number;
  /** Attempts that were not made, because the address must not be called. */
  readonly blocked: number;
  /** Attempts whose process died. */
  readonly crashed: number;
}

export type AttemptOutcome = 'answered' | 'timed_out' | 'unreachable' | 'invalid_answer' | 'blocked' | 'crashed';

export interface BriefEvent {
  /** The key by which the event is read, cancelled and retried. */
  readonly key: string;
  /** What has become of the event so far. */
  readonly status: EventStatus;
  /** When the event was accepted. */
  readonly created_at_utc: string;
  /** When the first attempt was due, in epoch seconds. */
  readonly timestamp_for_execution_to_start: number;
  /** When the next attempt is due. Null if the event has finished. */
  readonly next_attempt_at_utc: string | null;
  /** When the event finished. Null if it waits. */
  readonly finished_at_utc: string | null;
  /** The time until which a finished event can be read. */
  readonly expires_at_utc: string | null;
}

export interface BriefSchedule {
  /** The id of the schedule. */
  readonly id: string;
  /** Whether the schedule has further runs, is paused, or has had its last run. */
  readonly status: 'active' | 'paused' | 'ended';
  /** The cron expression. Null if there is an interval. */
  readonly cron: string | null;
  /** The time zone of the cron expression. Null if there is an interval. */
  readonly time_zone: string | null;
  /** The seconds from one run to the next. Null if there is a cron expression. */
  readonly every: number | null;
  /**
   * The timing in English, without `from` and `until`. If the queue does not know the time zone any more, it says so,
   * and nothing runs.
   */
  readonly in_words: string;
  /** No run is before this instant. With an interval, it is counted from here. */
  readonly from: string | null;
  /** No run is after this instant. */
  readonly until: string | null;
  /** Whether a run is called or skipped while an earlier run has not finished. */
  readonly overlap: 'allow' | 'skip';
  /** How many missed runs are made up for after a standstill, at most. */
  readonly catch_up: number;
  /** When the schedule was made. */
  readonly created_at_utc: string;
  /** When the schedule was last replaced, paused or resumed. */
  readonly changed_at_utc: string;
  /** Since when the schedule is paused. Null if it is not. */
  readonly paused_at_utc: string | null;
  /**
   * When the next runs are due, up to 5. Empty if the schedule is paused or has ended. A run that was cancelled by hand
   * is still named.
   */
  readonly next_runs_at_utc: readonly string[];
}

export interface BulkResult {
  /** How many events were changed by this request; in a dry run, how many would be. */
  readonly changed: number;
  /** Whether there may be more events to change. Then send the request again with next_cursor as its cursor. */
  readonly more: boolean;
  /** The cursor of the next request. Null if there are no more events to change. */
  readonly next_cursor: string | null;
  /** Present in a dry run, in which no event was changed. */
  readonly dry_run?: true | undefined;
  /** Present in a dry run, for a key with the scope read: the number of events for each host, the largest first. */
  readonly hosts?: readonly HostCount[] | undefined;
}

export interface CountEventsParameters {
  /**
   * The status of the events.
   *
   * @default "waiting_execution"
   */
  readonly status?: EventStatus | undefined;
  /** A tag of the events. With several tags, the events have all of them. */
  readonly tag?: string | readonly string[] | undefined;
  /** Due at this instant or later: ISO 8601 with a time zone, epoch seconds, or now. */
  readonly due_after?: 'now' | string | Date | number | undefined;
  /** Due before this instant. */
  readonly due_before?: 'now' | string | Date | number | undefined;
  /**
   * The host of the URL. A host such as example.com matches every port, and example.com:8443 matches only that port.
   */
  readonly host?: string | undefined;
  /** The id of a schedule of which the events are runs. */
  readonly schedule?: string | undefined;
  /** How the last attempt ended. */
  readonly outcome?: AttemptOutcome | undefined;
  /**
   * The status code of the answer to the last attempt, such as 503, or a class of status codes, such as 5xx. From 100
   * to 999.
   */
  readonly status_code?: number | string | undefined;
  /**
   * The largest number of pages, of about 200 entries each, that are read. From 1 to 100.
   *
   * @default 50
   */
  readonly max_count_of_fetch_requests?: number | undefined;
}

export interface DeletedSchedule {
  /** The id of the schedule. */
  readonly id: string;
  /** Always true. */
  readonly deleted: true;
}

export interface EventCount {
  /** How many events were counted. */
  readonly count: number;
  /** Whether all matching events were counted. If not, there may be more. */
  readonly complete: boolean;
}

export interface EventPage {
  /** Sorted by the time at which they are due, the latest first unless `order` is asc. */
  readonly events: readonly QueueEvent[];
  /** Send it as cursor to get the next page. Null on the last page. */
  readonly next_cursor: string | null;
}

export type EventStatus = 'waiting_execution' | 'success' | 'max_try_count_reached' | 'cancelled';

export interface EventsToCancel {
  /**
   * The status of the events.
   *
   * @default "waiting_execution"
   */
  readonly status?: 'waiting_execution' | undefined;
  /** A tag of the events. With several tags, the events have all of them. */
  readonly tag?: string | readonly string[] | null | undefined;
  /** Due at this instant or later: ISO 8601 with a time zone, epoch seconds, or now. */
  readonly due_after?: 'now' | string | Date | number | null | undefined;
  /** Due before this instant. */
  readonly due_before?: 'now' | string | Date | number | null | undefined;
  /**
   * The host of the URL. A host such as example.com matches every port, and example.com:8443 matches only that port.
   */
  readonly host?: string | null | undefined;
  /** The id of a schedule of which the events are runs. */
  readonly schedule?: string | null | undefined;
  /** How the last attempt ended. */
  readonly outcome?: AttemptOutcome | null | undefined;
  /** The status code of the answer to the last attempt, such as 503, or a class of status codes, such as 5xx. */
  readonly status_code?: number | string | null | undefined;
  /** If true, no event is changed. The answer says how many events would be changed, in all and for each host. */
  readonly dry_run?: boolean | null | undefined;
  /** The next_cursor of the request before. All other fields must be the same. */
  readonly cursor?: string | null | undefined;
}

export interface EventsToRetry {
  /**
   * The status of the events.
   *
   * @default "max_try_count_reached"
   */
  readonly status?: EventStatus | undefined;
  /** A tag of the events. With several tags, the events have all of them. */
  readonly tag?: string | readonly string[] | null | undefined;
  /** Due at this instant or later: ISO 8601 with a time zone, epoch seconds, or now. */
  readonly due_after?: 'now' | string | Date | number | null | undefined;
  /** Due before this instant. */
  readonly due_before?: 'now' | string | Date | number | null | undefined;
  /**
   * The host of the URL. A host such as example.com matches every port, and example.com:8443 matches only that port.
   */
  readonly host?: string | null | undefined;
  /** The id of a schedule of which the events are runs. */
  readonly schedule?: string | null | undefined;
  /** How the last attempt ended. */
  readonly outcome?: AttemptOutcome | null | undefined;
  /** The status code of the answer to the last attempt, such as 503, or a class of status codes, such as 5xx. */
  readonly status_code?: number | string | null | undefined;
  /** If true, no event is changed. The answer says how many events would be changed, in all and for each host. */
  readonly dry_run?: boolean | null | undefined;
  /** The next_cursor of the request before. All other fields must be the same. */
  readonly cursor?: string | null | undefined;
  /**
   * The number of events that become due per second, one after another from now on, also across requests with the
   * cursor. Without a rate, all are due at once. From 0.1 to 1,000.
   */
  readonly rate?: number | null | undefined;
}

export interface FieldProblem {
  /** The field, parameter or header, with dots between the names of nested ones. */
  readonly path: string;
  /** What is wrong with it, and what to do about it. */
  readonly detail: string;
}

export interface GetStatisticsParameters {
  /**
   * The last hour, by the minute, or the last day, by the hour.
   *
   * @default "hour"
   */
  readonly range?: 'hour' | 'day' | undefined;
}

export interface HostCount {
  /** The host, as the filter host of a search takes it. */
  readonly host: string;
  /** How many events go there. */
  readonly count: number;
}

export interface HostError {
  /** When the attempt ended. */
  readonly at_utc: string;
  /** How the attempt ended. */
  readonly outcome: AttemptOutcome;
  /** The status code of the answer. Null if there was none. */
  readonly status_code: number | null;
  /** Why there was no answer. */
  readonly error: string | null;
}

export interface HostStatistics {
  /** The host, as the filter host of a search takes it. */
  readonly host: string;
  /** The number of attempts that succeeded. */
  readonly attempts_succeeded: number;
  /** The number of attempts that failed. */
  readonly attempts_failed: number;
  /** How many times an event failed for good. An event that was retried and failed for good again counts again. */
  readonly events_failed: number;
  /** The latest attempt that failed. Null if none did. */
  readonly last_error: HostError | null;
}

export interface ListEventsParameters {
  /** The status of the events. */
  readonly status?: EventStatus | undefined;
  /** A tag of the events. With several tags, the events have all of them. */
  readonly tag?: string | readonly string[] | undefined;
  /** Due at this instant or later: ISO 8601 with a time zone, epoch seconds, or now. */
  readonly due_after?: 'now' | string | Date | number | undefined;
  /** Due before this instant. */
  readonly due_before?: 'now' | string | Date | number | undefined;
  /**
   * The host of the URL. A host such as example.com matches every port, and example.com:8443 matches only that port.
   */
  readonly host?: string | undefined;
  /** The id of a schedule of which the events are runs. */
  readonly schedule?: string | undefined;
  /** How the last attempt ended. */
  readonly outcome?: AttemptOutcome | undefined;
  /**
   * The status code of the answer to the last attempt, such as 503, or a class of status codes, such as 5xx. From 100
   * to 999.
   */
  readonly status_code?: number | string | undefined;
  /**
   * The order by the instants at which the events are due: desc for the latest first, asc for the earliest first.
   *
   * @default "desc"
   */
  readonly order?: 'desc' | 'asc' | undefined;
  /**
   * The largest number of events on a page. From 1 to 100.
   *
   * @default 20
   */
  readonly limit?: number | undefined;
  /** The next_cursor of the page before, from the same search. */
  readonly cursor?: string | undefined;
}

export interface ListScheduleRunsParameters {
  /**
   * The largest number of runs on a page. From 1 to 100.
   *
   * @default 20
   */
  readonly limit?: number | undefined;
  /** The next_cursor of the page before. */
  readonly cursor?: string | undefined;
}

export interface ListSchedulesParameters {
  /**
   * The largest number of schedules on a page. From 1 to 100.
   *
   * @default 20
   */
  readonly limit?: number | undefined;
  /** The next_cursor of the page before. */
  readonly cursor?: string | undefined;
}

export interface NewEvent {
  /** The URL to call: http or https, on a public host. */
  readonly url_to_send_request: string;
  /**
   * Seconds from now until the URL is called; fractions are allowed. From 0 to 315,532,800.
   *
   * @default 0
   */
  readonly call_url_after?: number | null | undefined;
  /**
   * When to call the URL, instead of call_url_after: ISO 8601 with a time zone, or epoch seconds. A past instant means
   * now.
   */
  readonly call_url_at?: string | Date | number | null | undefined;
  /** The HTTP method: by default GET, or POST if there is a body. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | null | undefined;
  /**
   * Headers to send: at most 50, with at most 8,192 bytes in all, in printable ASCII, and none that the queue sets
   * itself.
   *
   * @default {}
   */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  /**
   * What to send: a string (as text/plain) or any other JSON value (as application/json), nested at most 32 deep, at
   * most 262144 bytes. Not with GET or HEAD.
   */
  readonly body?: unknown;
  /** Bytes to send instead of body (as application/octet-stream), in base64. */
  readonly body_base64?: string | null | undefined;
  /**
   * Seconds within which the whole answer must arrive. The maximum is 6, unless the owner of the queue chose another.
   * From 1 to 6.
   *
   * @default 5
   */
  readonly timeout_for_request?: number | null | undefined;
  /**
   * The largest number of times that the URL is called. From 1 to 1,000.
   *
   * @default 3
   */
  readonly max_try_count?: number | null | undefined;
  /**
   * Seconds from the end of a failed attempt to the next. From 1 to 86,400.
   *
   * @default 60
   */
  readonly retry_delay?: number | null | undefined;
  /**
   * Seconds from the end of each failed attempt to the next, instead of retry_delay: the first is used after the first
   * failed attempt, and the last is used again for all attempts beyond the list.
   */
  readonly retry_delays?: readonly number[] | null | undefined;
  /**
   * Whether the delay stays the same (fixed) or doubles with each failed attempt (exponential).
   *
   * @default "fixed"
   */
  readonly retry_backoff?: 'fixed' | 'exponential' | null | undefined;
  /**
   * The largest exponential delay, in seconds, before a random change of up to 20 % makes it shorter or longer. From 1
   * to 86,400.
   *
   * @default 3600
   */
  readonly retry_max_delay?: number | null | undefined;
  /** The URL to call if the event fails for good. A new event is published for this, which calls the URL by POST. */
  readonly failure_url?: string | null | undefined;
  /**
   * The URL to call when the event has ended, with its result: when it has succeeded or failed for good, or was skipped
   * because a run of its schedule had not finished, but not when a client cancelled it. A new event is published for
   * this, which calls the URL by POST.
   */
  readonly callback_url?: string | null | undefined;
  /**
   * Labels to find the event by.
   *
   * @default []
   */
  readonly event_tags?: readonly string[] | null | undefined;
  /**
   * An id that makes it safe to send the request again. Within the deduplication_window and for the same API key, the
   * same id with the same request is answered with the first event, and adds none. The same id with another request is
   * refused. A request is still the same if the order of fields, headers or tags, or the case of header names differs,
   * but not if the bytes of the body differ. For a single event, the header Idempotency-Key does the same.
   */
  readonly deduplication_id?: string | null | undefined;
  /**
   * Seconds for which the deduplication_id is known, from the first request with it. Later, a request with the same id
   * adds another event. If a repeated request has another window, the window of the first request counts. From 60 to
   * 86,400.
   *
   * @default 86400
   */
  readonly deduplication_window?: number | null | undefined;
  /**
   * Seconds for which the event stays readable after it finished. From 60 to 2,592,000.
   *
   * @default 86400
   */
  readonly keep_result_for?: number | null | undefined;
  /**
   * Seconds for which the event stays readable after it failed for good. By default, it is the same as keep_result_for.
   * From 60 to 7,776,000.
   */
  readonly keep_failed_for?: number | null | undefined;
}

export interface NewSchedule {
  /**
   * When to publish, as five fields: minute, hour, day of the month, month, day of the week. Names, lists, ranges,
   * steps, L, 5L, 1#2 and @daily are understood. Give cron or every.
   */
  readonly cron?: string | null | undefined;
  /**
   * The time zone of the cron expression, by its name in the IANA database.
   *
   * @default "UTC"
   */
  readonly time_zone?: string | null | undefined;
  /** The seconds from one run to the next, counted from `from`. Give cron or every. From 60 to 31,622,400. */
  readonly every?: number | null | undefined;
  /**
   * No run is before this instant: ISO 8601 with a time zone, or epoch seconds. With every, it is the instant of the
   * first run; if it is left out, that is one interval after the request.
   */
  readonly from?: string | Date | number | null | undefined;
  /** No run is after this instant. */
  readonly until?: string | Date | number | null | undefined;
  /**
   * Whether a run is called while an earlier run of the schedule has not finished: always (allow), or not at all
   * (skip). A skipped run is cancelled, and its ended_because is overlapped.
   *
   * @default "allow"
   */
  readonly overlap?: 'allow' | 'skip' | null | undefined;
  /**
   * How many missed runs are made up for after the queue stood still or was paused: the latest of them, at once. An
   * instant counts as missed when it is more than 5 minutes past. From 0 to 100.
   *
   * @default 1
   */
  readonly catch_up?: number | null | undefined;
  /**
   * Whether the schedule is paused afterwards. If it is left out, a new schedule runs, and a schedule that is replaced
   * stays as it is.
   */
  readonly paused?: boolean | null | undefined;
  /**
   * The event that is published at each instant: the fields of a new event, but not call_url_after, call_url_at,
   * deduplication_id and deduplication_window.
   */
  readonly event: NewScheduledEvent;
}

export interface NewScheduledEvent {
  /** The URL to call: http or https, on a public host. */
  readonly url_to_send_request: string;
  /** The HTTP method: by default GET, or POST if there is a body. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | null | undefined;
  /**
   * Headers to send: at most 50, with at most 8,192 bytes in all, in printable ASCII, and none that the queue sets
   * itself.
   *
   * @default {}
   */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  /**
   * What to send: a string (as text/plain) or any other JSON value (as application/json), nested at most 32 deep, at
   * most 262144 bytes. Not with GET or HEAD.
   */
  readonly body?: unknown;
  /** Bytes to send instead of body (as application/octet-stream), in base64. */
  readonly body_base64?: string | null | undefined;
  /**
   * Seconds within which the whole answer must arrive. The maximum is 6, unless the owner of the queue chose another.
   * From 1 to 6.
   *
   * @default 5
   */
  readonly timeout_for_request?: number | null | undefined;
  /**
   * The largest number of times that the URL is called. From 1 to 1,000.
   *
   * @default 3
   */
  readonly max_try_count?: number | null | undefined;
  /**
   * Seconds from the end of a failed attempt to the next. From 1 to 86,400.
   *
   * @default 60
   */
  readonly retry_delay?: number | null | undefined;
  /**
   * Seconds from the end of each failed attempt to the next, instead of retry_delay: the first is used after the first
   * failed attempt, and the last is used again for all attempts beyond the list.
   */
  readonly retry_delays?: readonly number[] | null | undefined;
  /**
   * Whether the delay stays the same (fixed) or doubles with each failed attempt (exponential).
   *
   * @default "fixed"
   */
  readonly retry_backoff?: 'fixed' | 'exponential' | null | undefined;
  /**
   * The largest exponential delay, in seconds, before a random change of up to 20 % makes it shorter or longer. From 1
   * to 86,400.
   *
   * @default 3600
   */
  readonly retry_max_delay?: number | null | undefined;
  /** The URL to call if the event fails for good. A new event is published for this, which calls the URL by POST. */
  readonly failure_url?: string | null | undefined;
  /**
   * The URL to call when the event has ended, with its result: when it has succeeded or failed for good, or was skipped
   * because a run of its schedule had not finished, but not when a client cancelled it. A new event is published for
   * this, which calls the URL by POST.
   */
  readonly callback_url?: string | null | undefined;
  /**
   * Labels to find the event by.
   *
   * @default []
   */
  readonly event_tags?: readonly string[] | null | undefined;
  /**
   * Seconds for which the event stays readable after it finished. From 60 to 2,592,000.
   *
   * @default 86400
   */
  readonly keep_result_for?: number | null | undefined;
  /**
   * Seconds for which the event stays readable after it failed for good. By default, it is the same as keep_result_for.
   * From 60 to 7,776,000.
   */
  readonly keep_failed_for?: number | null | undefined;
}

export interface OtherHosts {
  /** The number of attempts that succeeded. */
  readonly attempts_succeeded: number;
  /** The number of attempts that failed. */
  readonly attempts_failed: number;
  /** How many times an event failed for good. An event that was retried and failed for good again counts again. */
  readonly events_failed: number;
}

export interface Pause {
  /** Whether the queue is paused. */
  readonly paused: boolean;
  /**
   * When the queue was paused or, if it is not paused, when the last pause ended. Null if the queue has never been
   * paused.
   */
  readonly since_utc: string | null;
}

export interface Period {
  /** When the period began. */
  readonly started_at_utc: string;
  /** Events that were accepted. */
  readonly accepted: number;
  /** Attempts that ended, by outcome. */
  readonly attempts: AttemptCounts;
  /** Events that succeeded. */
  readonly succeeded: number;
  /** Events that failed for good. */
  readonly exhausted: number;
  /** Events that were cancelled. */
  readonly cancelled: number;
  /** Milliseconds, exact to 5 %. Null if there was no attempt. */
  readonly late_ms: Quantiles | null;
  /** Milliseconds, exact to 5 %. Null if there was no attempt. */
  readonly duration_ms: Quantiles | null;
}

export interface Problem {
  /** The kind of problem. Its values never change, so clients should compare this field. */
  readonly type:
    | 'urn:event-queue:not-json'
    | 'urn:event-queue:unauthorized'
    | 'urn:event-queue:forbidden'
    | 'urn:event-queue:own-machine-only'
    | 'urn:event-queue:not-found'
    | 'urn:event-queue:method-not-allowed'
    | 'urn:event-queue:conflict'
    | 'urn:event-queue:too-large'
    | 'urn:event-queue:unsupported-media-type'
    | 'urn:event-queue:invalid'
    | 'urn:event-queue:unavailable';
  /** The kind of problem in a few words. */
  readonly title: string;
  /** The status code of the answer, or of this one event in a batch. */
  readonly status: number;
  /** What is wrong, and what to do about it. */
  readonly detail: string;
  /** The fields that are not valid, if the problem is with fields. */
  readonly errors?: readonly FieldProblem[] | undefined;
}

export interface Quantiles {
  /** 50 % of the attempts took no longer than this, or were no later. */
  readonly p50: number;
  /** 95 % of the attempts took no longer than this, or were no later. */
  readonly p95: number;
  /** 99 % of the attempts took no longer than this, or were no later. */
  readonly p99: number;
}

export interface QueueEvent {
  /** The key by which the event is read, cancelled and retried. */
  readonly key: string;
  /** What has become of the event so far. */
  readonly status: EventStatus;
  /** The URL to call. */
  readonly url_to_send_request: string;
  /** The delay that was asked for, in seconds. Null if call_url_at was given. */
  readonly call_url_after: number | null;
  /** The instant that was asked for. Null if there was none. */
  readonly call_url_at: string | null;
  /** The HTTP method of the call. */
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The headers that the publisher gave. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was published: a string or any other JSON value. Null if there is none. */
  readonly body: unknown;
  /** The body in base64, if it was published as bytes. Null otherwise. */
  readonly body_base64: string | null;
  /** Seconds within which the whole answer must arrive. */
  readonly timeout_for_request: number;
  /**
   * The largest number of tries: the number that was asked for and, after a retry of the finished event, the attempts
   * before that retry.
   */
  readonly max_try_count: number;
  /**
   * How many attempts had ended when the finished event was last retried; 0 if it never was. max_try_count minus this
   * number is what was asked for.
   */
  readonly tried_before: number;
  /** Seconds from the end of a failed attempt to the next. Null if the event has retry_delays. */
  readonly retry_delay: number | null;
  /** Seconds from the end of each failed attempt to the next, in order. Null if the event has none. */
  readonly retry_delays: readonly number[] | null;
  /** Whether the delay stays the same or doubles. */
  readonly retry_backoff: 'fixed' | 'exponential';
  /** The largest exponential delay, in seconds. */
  readonly retry_max_delay: number;
  /** The URL to call if the event fails for good. Null if there is none. */
  readonly failure_url: string | null;
  /** The URL to call with the result when the event has ended. Null if there is none. */
  readonly callback_url: string | null;
  /** The labels by which the event is found. */
  readonly event_tags: readonly string[];
  /** The deduplication id that the publisher gave. Null if there is none. */
  readonly deduplication_id: string | null;
  /** Seconds for which the deduplication id is known. Null if the event has no deduplication_id. */
  readonly deduplication_window: number | null;
  /** Seconds for which the event stays readable after it finished. */
  readonly keep_result_for: number;
  /** Seconds for which the event stays readable after it failed for good. */
  readonly keep_failed_for: number;
  /** When the event was accepted. */
  readonly created_at_utc: string;
  /** When the first attempt was due, in epoch seconds. */
  readonly timestamp_for_execution_to_start: number;
  /** How many attempts have ended. */
  readonly try_count: number;
  /** When the next attempt is due. Null if the event has finished. */
  readonly next_attempt_at_utc: string | null;
  /** When the event finished. Null if it waits. */
  readonly finished_at_utc: string | null;
  /** The time until which a finished event can be read. */
  readonly expires_at_utc: string | null;
  /**
   * Why the event ended before its last try. A run of a schedule that is overlapped was not called, because an earlier
   * run had not finished. Null otherwise.
   */
  readonly ended_because: 'blocked' | 'stopped_by_receiver' | 'overlapped' | null;
  /** The key of the run that had not finished, if ended_because is overlapped. */
  readonly overlaps_with_key: string | null;
  /** The id of the schedule of which the event is a run. */
  readonly schedule_id: string | null;
  /** The key of the event that calls failure_url, after this event has failed. */
  readonly failure_callback_key: string | null;
  /** The key of the event that calls callback_url, after this event has ended. */
  readonly callback_key: string | null;
  /** The status code of the latest answer. The next four fields are of the same answer. */
  readonly request_response_status_code: number | null;
  /**
   * The names are in lower case. The values of a repeated header are joined with ", ", those of set-cookie with a line
   * feed.
   */
  readonly request_response_headers: Readonly<Record<string, string>> | null;
  /** The body as text. Null if it is not UTF-8, or if there was no answer. */
  readonly request_response_body: string | null;
  /** The body in base64 if it is not UTF-8. Then request_response_body is null. */
  readonly request_response_body_base64: string | null;
  /** Whether the body was too long, and only its beginning was kept. */
  readonly request_response_truncated: boolean | null;
  /** The first ten and the last ten attempts. */
  readonly attempts: readonly Attempt[];
}

export interface Schedule {
  /** The id of the schedule. */
  readonly id: string;
  /** Whether the schedule has further runs, is paused, or has had its last run. */
  readonly status: 'active' | 'paused' | 'ended';
  /** The cron expression. Null if there is an interval. */
  readonly cron: string | null;
  /** The time zone of the cron expression. Null if there is an interval. */
  readonly time_zone: string | null;
  /** The seconds from one run to the next. Null if there is a cron expression. */
  readonly every: number | null;
  /**
   * The timing in English, without `from` and `until`. If the queue does not know the time zone any more, it says so,
   * and nothing runs.
   */
  readonly in_words: string;
  /** No run is before this instant. With an interval, it is counted from here. */
  readonly from: string | null;
  /** No run is after this instant. */
  readonly until: string | null;
  /** Whether a run is called or skipped while an earlier run has not finished. */
  readonly overlap: 'allow' | 'skip';
  /** How many missed runs are made up for after a standstill, at most. */
  readonly catch_up: number;
  /** The event that is published at each instant. */
  readonly event: ScheduledEvent;
  /** When the schedule was made. */
  readonly created_at_utc: string;
  /** When the schedule was last replaced, paused or resumed. */
  readonly changed_at_utc: string;
  /** Since when the schedule is paused. Null if it is not. */
  readonly paused_at_utc: string | null;
  /**
   * When the next runs are due, up to 5. Empty if the schedule is paused or has ended. A run that was cancelled by hand
   * is still named.
   */
  readonly next_runs_at_utc: readonly string[];
  /** The latest run that has come due. Null if there was none, or if its result is no longer kept. */
  readonly last_run: ScheduleRun | null;
}

export interface SchedulePage {
  /** Sorted by their ids. */
  readonly schedules: readonly Schedule[];
  /** Send it as cursor to get the next page. Null on the last page. */
  readonly next_cursor: string | null;
}

export interface SchedulePreview {
  /**
   * The timing in English, without `from` and `until`. If the queue does not know the time zone any more, it says so,
   * and nothing runs.
   */
  readonly in_words: string;
  /** When the next runs would be due, up to 5. */
  readonly next_runs_at_utc: readonly string[];
}

export interface ScheduleRun {
  /** The key of the event. */
  readonly key: string;
  /** What has become of the event so far. */
  readonly status: EventStatus;
  /** When the run was due. */
  readonly due_at_utc: string;
  /** When the run finished. Null if it has not. */
  readonly finished_at_utc: string | null;
  /**
   * Why the event ended before its last try. A run of a schedule that is overlapped was not called, because an earlier
   * run had not finished. Null otherwise.
   */
  readonly ended_because: 'blocked' | 'stopped_by_receiver' | 'overlapped' | null;
}

export interface ScheduleTiming {
  /**
   * When to publish, as five fields: minute, hour, day of the month, month, day of the week. Names, lists, ranges,
   * steps, L, 5L, 1#2 and @daily are understood. Give cron or every.
   */
  readonly cron?: string | null | undefined;
  /**
   * The time zone of the cron expression, by its name in the IANA database.
   *
   * @default "UTC"
   */
  readonly time_zone?: string | null | undefined;
  /** The seconds from one run to the next, counted from `from`. Give cron or every. From 60 to 31,622,400. */
  readonly every?: number | null | undefined;
  /**
   * No run is before this instant: ISO 8601 with a time zone, or epoch seconds. With every, it is the instant of the
   * first run; if it is left out, that is one interval after the request.
   */
  readonly from?: string | Date | number | null | undefined;
  /** No run is after this instant. */
  readonly until?: string | Date | number | null | undefined;
}

export interface ScheduledEvent {
  /** The URL to call. */
  readonly url_to_send_request: string;
  /** The HTTP method of the call. */
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The headers that the publisher gave. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was published: a string or any other JSON value. Null if there is none. */
  readonly body: unknown;
  /** The body in base64, if it was published as bytes. Null otherwise. */
  readonly body_base64: string | null;
  /** Seconds within which the whole answer must arrive. */
  readonly timeout_for_request: number;
  /**
   * The largest number of tries: the number that was asked for and, after a retry of the finished event, the attempts
   * before that retry.
   */
  readonly max_try_count: number;
  /** Seconds from the end of a failed attempt to the next. Null if the event has retry_delays. */
  readonly retry_delay: number | null;
  /** Seconds from the end of each failed attempt to the next, in order. Null if the event has none. */
  readonly retry_delays: readonly number[] | null;
  /** Whether the delay stays the same or doubles. */
  readonly retry_backoff: 'fixed' | 'exponential';
  /** The largest exponential delay, in seconds. */
  readonly retry_max_delay: number;
  /** The URL to call if the event fails for good. Null if there is none. */
  readonly failure_url: string | null;
  /** The URL to call with the result when the event has ended. Null if there is none. */
  readonly callback_url: string | null;
  /** The labels by which the event is found. */
  readonly event_tags: readonly string[];
  /** Seconds for which the event stays readable after it finished. */
  readonly keep_result_for: number;
  /** Seconds for which the event stays readable after it failed for good. */
  readonly keep_failed_for: number;
}

export interface Statistics {
  /** Whether these are the periods of the last hour or of the last day. */
  readonly range: 'hour' | 'day';
  /** The minutes of the hour or the hours of the day, oldest first. */
  readonly periods: readonly Period[];
  /** All periods together. */
  readonly total: StatisticsTotal;
  /** Up to 50 hosts that were called, those with the most failed attempts first. */
  readonly hosts: readonly HostStatistics[];
  /**
   * All other hosts together. A process tells 50 hosts apart in a minute or an hour, first those that fail, and counts
   * the others here. Of all processes together, about 1,000 hosts are told apart.
   */
  readonly other_hosts: OtherHosts;
  /**
   * False if hundreds of processes have counted more than one answer reads. Then the counts of the earliest periods are
   * too low.
   */
  readonly complete: boolean;
}

export interface StatisticsTotal {
  /** Events that were accepted. */
  readonly accepted: number;
  /** Attempts that ended, by outcome. */
  readonly attempts: AttemptCounts;
  /** Events that succeeded. */
  readonly succeeded: number;
  /** Events that failed for good. */
  readonly exhausted: number;
  /** Events that were cancelled. */
  readonly cancelled: number;
  /** Milliseconds, exact to 5 %. Null if there was no attempt. */
  readonly late_ms: Quantiles | null;
  /** Milliseconds, exact to 5 %. Null if there was no attempt. */
  readonly duration_ms: Quantiles | null;
}
