/** A check resolves if all is as it must be, perhaps with a remark for the reader, and rejects with what was seen instead. */
type Check<Subject> = (subject: Subject) => Promise<unknown>;
export type Checks<Subject> = Readonly<Record<string, Check<Subject>>>;

export type Verdicts = ReturnType<typeof openVerdicts>;

type Options = {
  readonly print: (line: string) => void;
  /** Checks run only if this is a part of their name. */
  readonly only: string;
};

const LONGEST_FINDING = 1_500;

/** Runs checks, and prints a line for each when it has ended. */
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

    /** Starts all checks at once: each of them waits for most of its time. */
    async checkTogether<Subject>(checks: Checks<Subject>, subject: Subject): Promise<void> {
      await Promise.all(Object.entries(checks).map(([name, run]) => check(name, () => run(subject))));
    },

    /** Whether one of the checks would run. */
    wants: (checks: Checks<never>): boolean => Object.keys(checks).some((name) => name.includes(only)),
  };
}

function indented(text: string): string {
  return text.slice(0, LONGEST_FINDING).replaceAll(/^(?=.)/gm, '      ');
}
