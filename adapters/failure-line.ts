/** The parts of a failure that may be logged. */
export type FailureLine = {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: FailureLine;
};

/**
 * Names and codes of errors whose messages quote data that may be a secret: parsers quote their input, DynamoDB the
 * value that it refuses, and Node an argument.
 */
const QUOTING = /^(SyntaxError|ValidationException|SerializationException|ERR_INVALID_\w+)$/;

/**
 * Describes an error by its name, its message without quoted data, its stack and its cause. Further fields are left
 * out, because they may hold the whole request or response.
 */
export function failureLine(error: unknown): FailureLine {
  if (!Error.isError(error)) return { name: typeof error, message: 'This is no error, but was thrown.', stack: '' };
  const { name, cause, stack = '', code } = error as NodeJS.ErrnoException;
  // Node leaves the message empty if all addresses of a name refused the connection. Only the code tells what happened
  // then.
  const said = error.message || (code ?? '');
  const message = [name, code ?? ''].some((one) => QUOTING.test(one)) ? withoutQuotation(said) : said;
  return { name, message, stack: framesOf(stack), ...(cause !== undefined && { cause: failureLine(cause) }) };
}

/** Cuts a message from its first quotation mark to its last, because quoted data may contain quotation marks itself. */
function withoutQuotation(message: string): string {
  return message.replace(/["'`].*["'`]/s, '…');
}

/** The frames of a stack. The lines before them repeat the message, quotations included. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .join('\n');
}
