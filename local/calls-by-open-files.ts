/**
 * At most this many calls are made at the same time, because the events and answers of more calls could fill the memory
 * of the process.
 */
const MOST_CALLS = 2_000;
/**
 * The limit is divided into this many equal parts: one for calls, one for the connections that stay open for a second
 * after their call, and one for the server, its table and everything else.
 */
const PARTS = 3;
/** The limit that is assumed if the system names none. */
const USUAL_LIMIT = 1_024;

/** Returns how many calls this process can make at the same time with its limit of open files. */
export function callsByOpenFiles(limit: number = limitOfOpenFiles()): number {
  return Math.max(1, Math.min(MOST_CALLS, Math.floor(limit / PARTS)));
}

/** The limit of open files of this process. Node has already raised it to the highest value that is allowed. */
function limitOfOpenFiles(): number {
  // Otherwise the report would look up the host name of each connected address, which takes time.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  const soft = userLimits?.open_files?.soft ?? USUAL_LIMIT;
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY;
}
