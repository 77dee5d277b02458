/** A rule of the queue, and how the code reads without it. */
export type Rule = {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly code: string;
  readonly without: string;
  /** What jest runs to see it missed, if not the tests of core. */
  readonly suites?: readonly string[];
};
