/** Prints the help and ends the process if any word of the command line is `--help` or `-h`. */
export function helpIfAsked(help: string): void {
  if (!process.argv.slice(2).some((word) => word === '--help' || word === '-h')) return;
  console.log(help);
  process.exit(0);
}
