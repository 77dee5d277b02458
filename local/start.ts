import { UnusableFile } from '../adapters/sqlite-file.ts';
import { isPaused } from '../core/event/pause.ts';
import { FolderUnusable } from './data-folder.ts';
import type { Distribution } from './distribution.ts';
import { helpIfAsked } from './help-if-asked.ts';
import { DEMO_SECRET, type LocalQueue, openLocalQueue } from './local-queue.ts';
import { type Log, openLog } from './log.ts';
import { type CommandLine, helpText, parseOptions } from './options.ts';
import { failureText } from './report.ts';
import { surviveUnreadOutput } from './survive-unread-output.ts';

/** The command that serves the queue until a signal ends it. */
export async function start(words: readonly string[], distribution: Distribution): Promise<void> {
  surviveUnreadOutput();
  helpIfAsked(helpText(distribution));
  const options = parseOptions(words, distribution);
  if (!('mistake' in options)) return serve(options, distribution);
  console.error(options.mistake);
  process.exitCode = 2;
}

async function serve(options: CommandLine, { version, readConsole }: Distribution): Promise<void> {
  const log = openLog(options.logging);
  try {
    const queue = await openLocalQueue({ ...options, log, version, readConsole });
    stopOnSignal(queue, log);
    void queue.failed.then((error) => fail(`${error.message} What was accepted is kept.`, log));
    welcome(queue, log, options);
    const pause = await queue.latestPause();
    if (isPaused(pause)) log.say(pausedText(queue.url, pause.pausedAt));
  } catch (error) {
    fail(reasonOf(error, options), log);
  }
}

function welcome({ url }: LocalQueue, log: Log, { dataFolder, logging }: CommandLine): void {
  const text = `Open the console in a browser: ${url}

Event Queue listens on ${url}
API key: ${DEMO_SECRET} (of this machine only)
Events are kept ${dataFolder === undefined ? 'in memory, until this process ends' : `in ${dataFolder}`}

Publish an event that calls this server's own /echo:

  curl ${url}/events -H 'x-api-key: ${DEMO_SECRET}' -H 'content-type: application/json' -d '{"url_to_send_request": "${url}/echo"}'
`;
  const line = `Event Queue listens on ${url} with the API key ${DEMO_SECRET}.`;
  log.say(logging.format === 'text' ? text : line, { url, data_folder: dataFolder ?? null });
}

function pausedText(url: string, pausedSince: number): string {
  const since = new Date(pausedSince).toISOString();
  return `The queue has been paused since ${since}, so no event is called. To resume it: curl -X POST ${url}/resume -H 'x-api-key: ${DEMO_SECRET}'`;
}

/**
 * Closes the queue at the first SIGINT or SIGTERM, which may take as long as the longest call. The second signal ends
 * the process at once.
 */
function stopOnSignal(queue: LocalQueue, log: Log): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    log.say('Stopping: calls under way may finish. Once more to stop at once.');
    await queue.close();
    log.stop();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function reasonOf(error: unknown, { port }: CommandLine): string {
  if (error instanceof FolderUnusable || error instanceof UnusableFile) return error.message;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what listens there, or choose another with --port.`;
  }
  return failureText(error);
}

function fail(reason: string, log: Log): void {
  log.complain(reason);
  process.exit(1);
}
