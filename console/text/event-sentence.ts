import type { AttemptAnswer, EventAnswer } from '../state/api-types.ts';
import { lengthOfTime } from './time.ts';

/** An attempt that is due less than this many milliseconds ago starts about now. */
const ABOUT_NOW = 1_000;
/** How much longer than its timeout a call may seem to last, until its result is recorded and read, in milliseconds. */
const RECORDED_WITHIN = 2_000;

/** Says in one or two sentences what is going on with an event: why it waits, or how it has ended. */
export function eventSentence(event: EventAnswer, now: number, isPaused: boolean): string {
  if (event.status === 'waiting_execution') return waitingSentence(event, now, isPaused);
  const ago = event.finished_at_utc === null ? '' : ` ${agoText(now - Date.parse(event.finished_at_utc))}`;
  if (event.status === 'success') return `It succeeded${ago}: ${howItEnded(event)}.`;
  if (event.ended_because === 'overlapped')
    return `It was skipped${ago}: the run of its schedule before it had not finished. It is not called any more.`;
  if (event.status === 'cancelled') return `It was cancelled${ago}, ${before(event)}. It is not called any more.`;
  return `It failed${ago}: ${whyItFailed(event)}. It is not tried again by itself.`;
}

/** Says how an attempt ended, as the end of a sentence such as "the last one …". */
function attemptResult({ outcome, status_code }: AttemptAnswer): string {
  switch (outcome) {
    case 'answered':
      return `was answered with ${status_code}`;
    case 'timed_out':
      return 'timed out';
    case 'unreachable':
      return 'did not reach the receiver';
    case 'invalid_answer':
      return 'got an answer that is not valid HTTP';
    case 'blocked':
      return 'was blocked, because its address may not be called';
    case 'crashed':
      return 'was cut off when its deliverer died';
    default:
      return outcome satisfies never;
  }
}

/** Whether an attempt makes its event a success. */
export function isSuccess({ outcome, status_code }: AttemptAnswer): boolean {
  return outcome === 'answered' && status_code !== null && status_code < 300;
}

function waitingSentence(event: EventAnswer, now: number, isPaused: boolean): string {
  const due = Date.parse(event.next_attempt_at_utc ?? event.created_at_utc);
  const left = due - now;
  if (isPaused) {
    const when = left > 0 ? `It is due in ${lengthOfTime(wholeSeconds(left))}.` : `It was due ${agoText(-left)}.`;
    return `It waits because the queue is paused: nothing is called until somebody resumes the queue. ${when}`;
  }
  if (left > 0) return `It ${whatItWaitsFor(event)} in ${lengthOfTime(wholeSeconds(left))}${whyAgain(event)}.`;
  if (-left < ABOUT_NOW) return 'It is due now, and its call starts.';
  if (-left < event.timeout_for_request * 1_000 + RECORDED_WITHIN)
    return `It was due ${agoText(-left)}. Its call is probably under way: an answer may take ${lengthOfTime(event.timeout_for_request * 1_000)}.`;
  return `It was due ${agoText(-left)} and has not been called yet. The queue has much to do, or its host has as many calls as it may have at the same time.`;
}

function whatItWaitsFor(event: EventAnswer): string {
  const last = event.attempts.at(-1);
  if (last === undefined) return 'waits until it is due,';
  if (isSuccess(last)) return 'waits to be called again, as somebody asked,';
  return `waits for try ${event.try_count + 1} of ${event.max_try_count},`;
}

function whyAgain({ attempts }: EventAnswer): string {
  const last = attempts.at(-1);
  return last === undefined || isSuccess(last) ? '' : `, because the last one ${attemptResult(last)}`;
}

function howItEnded(event: EventAnswer): string {
  const good = event.attempts.findLast(isSuccess);
  if (good === undefined) return `the receiver answered ${event.request_response_status_code}`;
  const which = good.number === 1 ? 'the first attempt' : `attempt ${good.number}`;
  return `${which} was answered with ${good.status_code}`;
}

function before({ try_count: tries }: EventAnswer): string {
  return tries === 0 ? 'before its first attempt' : `after ${counted(tries, 'attempt')}`;
}

function whyItFailed(event: EventAnswer): string {
  const last = event.attempts.at(-1);
  if (event.ended_because === 'blocked') return 'its address may not be called';
  if (event.ended_because === 'stopped_by_receiver')
    return `the receiver asked for no more calls${last?.status_code ? `, with ${last.status_code}` : ''}`;
  const how = last === undefined ? 'failed' : attemptResult(last);
  if (event.max_try_count === 1) return `its only try ${how}`;
  return `its ${counted(event.max_try_count, 'try', 'tries')} are used up, and the last one ${how}`;
}

function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

function agoText(milliseconds: number): string {
  return milliseconds < 1_000 ? 'just now' : `${lengthOfTime(wholeSeconds(milliseconds))} ago`;
}

/** Rounds to a second, at least one, so that a countdown shows no fractions. */
function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds / 1_000)) * 1_000;
}
