import { type FailureLine, failureLine } from '../adapters/failure-line.ts';

/** Tells whoever started the queue of a failure that nobody expected. */
export function report(error: unknown): void {
  console.error(failureText(error));
}

/** For a terminal: as Node shows an error, without what a log may not say. */
export function failureText(error: unknown): string {
  return textOf(failureLine(error));
}

function textOf({ name, message, stack, cause }: FailureLine): string {
  const lines = [`${name}: ${message}`, ...(stack === '' ? [] : [stack])];
  return [...lines, ...(cause ? [`Caused by ${textOf(cause)}`] : [])].join('\n');
}
