import { type FailureLine, failureLine } from '../adapters/failure-line.ts';

/** Prints an unexpected failure on stderr. */
export function report(error: unknown): void {
  console.error(failureText(error));
}

/** Formats an error for a terminal as Node does, but without the parts that may contain secrets. */
export function failureText(error: unknown): string {
  return textOf(failureLine(error));
}

function textOf({ name, message, stack, cause }: FailureLine): string {
  const lines = [`${name}: ${message}`, ...(stack === '' ? [] : [stack])];
  return [...lines, ...(cause ? [`Caused by ${textOf(cause)}`] : [])].join('\n');
}
