import { readFileSync } from 'node:fs';
import { UnusableFile } from '../adapters/sqlite-file.ts';
import { isPaused } from '../core/event/pause.ts';
import { FolderUnusable } from './data-folder.ts';
import { helpIfAsked } from './help-if-asked.ts';
import { DEMO_SECRET, type LocalQueue, openLocalQueue } from './local-queue.ts';
import { type Log, openLog } from './log.ts';
import { type CommandLine, help, parseOptions } from './options.ts';
import { failureText } from './report.ts';
import { surviveUnreadOutput } from './survive-unread-output.ts';

surviveUnreadOutput();
helpIfAsked(help);
const options = parseOptions(process.argv.slice(2));
if ('mistake' in options) {
  console.error(options.mistake);
  process.exitCode = 2;
} else await serve(options);

async function serve(options: CommandLine): Promise<void> {
  const log = openLog(options.logging);
  try {
    const queue = await openLocalQueue({ ...options, log, version: ownVersion() });
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

function ownVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
