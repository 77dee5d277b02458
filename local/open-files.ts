/** Beyond this, the events and answers of calls could take more memory than a process has. */
const MOST_CALLS = 2_000;
/** One part is for calls, one for the connections that they leave open for a second, one for the server, its table and all else. */
const PARTS = 3;
/** Where the system names no limit. */
const USUAL_LIMIT = 1_024;

/** How many calls this process can make at the same time by its limit of open files. */
export function callsByOpenFiles(limit: number = limitOfOpenFiles()): number {
  return Math.max(1, Math.min(MOST_CALLS, Math.floor(limit / PARTS)));
}

/** Node itself raises its limit to the highest that it may have. */
function limitOfOpenFiles(): number {
  // Otherwise the report would look the names of all connected addresses up.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  const soft = userLimits?.open_files?.soft ?? USUAL_LIMIT;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
