/**
 * Lets the program go on when nobody reads its output any more. Otherwise the next line would end it with `EPIPE` in
 * the middle of its work.
 */
export function surviveUnreadOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
