/**
 * Calls `act` every `every` milliseconds until it is stopped, but not while an earlier call is under way. A failed call
 * is reported, and later calls are made all the same.
 */
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
    /** Makes no further call, and resolves when the call under way has ended. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await underWay;
    },
  };
}
