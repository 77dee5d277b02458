/** A check. It resolves if a promise holds, perhaps with a remark, and rejects with what it found instead. */
type Check<Subject> = (subject: Subject) => Promise<unknown>;
export type Checks<Subject> = Readonly<Record<string, Check<Subject>>>;

export type Verdicts = ReturnType<typeof openVerdicts>;

type Options = {
  readonly print: (line: string) => void;
  /** The text that the name of a check must contain for the check to run. */
  readonly only: string;
};

const LONGEST_FINDING = 1_500;

/** Returns a runner of checks, which prints a line when a check has ended. */
export function openVerdicts({ print, only }: Options) {
  const count = { passed: 0, failed: 0 };

  async function check(name: string, run: () => Promise<unknown>): Promise<void> {
    if (!name.includes(only)) return;
    try {
      const remark = await run();
      count.passed++;
      print(`ok    ${name}${typeof remark === 'string' ? ` (${remark})` : ''}`);
    } catch (error) {
      fail(name, error);
    }
  }

  function fail(name: string, error: unknown): void {
    count.failed++;
    print(`FAIL  ${name}\n${indented(error instanceof Error ? error.message : String(error))}`);
  }

  return {
    count,
    /** Prints and counts a failure that belongs to no check. */
    fail,
    note: (text: string) => print(indented(text)),

    /** Runs one check after the other. */
    async checkAll<Subject>(checks: Checks<Subject>, subject: Subject): Promise<void> {
      for (const [name, run] of Object.entries(checks)) await check(name, () => run(subject));
    },

    /** Runs all checks at the same time, because each of them waits for most of its time. */
    async checkTogether<Subject>(checks: Checks<Subject>, subject: Subject): Promise<void> {
      await Promise.all(Object.entries(checks).map(([name, run]) => check(name, () => run(subject))));
    },

    /** Returns whether at least one of the checks would run. */
    wants: (checks: Checks<never>): boolean => Object.keys(checks).some((name) => name.includes(only)),
  };
}

function indented(text: string): string {
  return text.slice(0, LONGEST_FINDING).replaceAll(/^(?=.)/gm, '      ');
}
