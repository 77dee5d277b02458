/** A rule of the queue, and the code that breaks it. */
export type Rule = {
  readonly name: string;
  readonly file: string;
  /** The code that upholds the rule. It stands exactly once in the file. */
  readonly code: string;
  /** The code that is put in its place, and that breaks the rule. */
  readonly without: string;
  /** The patterns of the suites that must turn red without the rule. In rules.ts the default is the tests of core. */
  readonly suites?: readonly string[];
};
