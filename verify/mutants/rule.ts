/** A rule of the queue, and the code that breaks it. */
export type Rule = {
  readonly name: string;
  /** One sentence that says what goes wrong for those who use the queue if the rule does not hold. */
  readonly why: string;
  readonly file: string;
  /** The code that upholds the rule. It stands exactly once in the file. */
  readonly code: string;
  /** The code that is put in its place, and that breaks the rule. */
  readonly without: string;
  /** The patterns of the suites of which one must turn red without the rule. */
  readonly suites: readonly string[];
};
