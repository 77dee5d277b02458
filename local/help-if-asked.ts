/** Prints the help of a program and ends the program, if its command line asks for that, wherever among its words. */
export function helpIfAsked(help: string): void {
  if (!process.argv.slice(2).some((word) => word === '--help' || word === '-h')) return;
  console.log(help);
  process.exit(0);
}
