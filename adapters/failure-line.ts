/** What a log may say of a failure. */
export type FailureLine = {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: FailureLine;
};

/**
 * Their messages quote what was sent or answered, which may be anybody's secret: those of parsers, of DynamoDB about a value that it
 * refuses, and of Node about an argument.
 */
const QUOTING = /^(SyntaxError|ValidationException|SerializationException|ERR_INVALID_\w+)$/;

/** What happened and where in the code, without a word of what it happened to: further fields of an error may hold all of it. */
export function failureLine(error: unknown): FailureLine {
  if (!Error.isError(error)) return { name: typeof error, message: 'This is no error, but was thrown.', stack: '' };
  const { name, cause, stack = '', code } = error as NodeJS.ErrnoException;
  // Node says nothing but the code when every address of a name refuses.
  const said = error.message || (code ?? '');
  const message = [name, code ?? ''].some((one) => QUOTING.test(one)) ? withoutQuotation(said) : said;
  return { name, message, stack: framesOf(stack), ...(cause !== undefined && { cause: failureLine(cause) }) };
}

/** From the first mark to the last: what is quoted may hold marks itself. */
function withoutQuotation(message: string): string {
  return message.replace(/["'`].*["'`]/s, '…');
}

/** Its first lines are the message once more. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .join('\n');
}
