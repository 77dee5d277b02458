/** Does a thing again and again, never twice at once, until it is stopped; a failure is reported and ends nothing. */
export function repeatedly(every: number, act: () => Promise<unknown>, report: (error: unknown) => void) {
  let underWay: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    underWay ??= act()
      .catch(report)
      .finally(() => {
        underWay = undefined;
      });
  }, every);

  return {
    /** Resolves when what was under way has ended. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await underWay;
    },
  };
}
