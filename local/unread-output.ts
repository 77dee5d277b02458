/** Lets a program go on when nobody reads what it prints any more: otherwise the next line would end it by `EPIPE`, in the middle of its work. */
export function surviveUnreadOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
