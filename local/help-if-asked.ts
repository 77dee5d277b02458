/** Prints the help and ends the process if any word of the command line is `--help` or `-h`. */
export function helpIfAsked(help: string): void {
  if (!isHelpAsked()) return;
  console.log(help);
  process.exit(0);
}

/** Tells whether any word of the command line is `--help` or `-h`. */
export function isHelpAsked(): boolean {
  return process.argv.slice(2).some((word) => word === '--help' || word === '-h');
}
