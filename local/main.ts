import { readFileSync } from 'node:fs';
import { UnusableFile } from '../adapters/sqlite-file.ts';
import { FolderUnusable } from './data-folder.ts';
import { DEMO_SECRET, type LocalQueue, openLocalQueue } from './local-queue.ts';
import { help, type Options, parseOptions } from './options.ts';
import { failureText } from './report.ts';
import { surviveUnreadOutput } from './unread-output.ts';

surviveUnreadOutput();
const options = parseOptions(process.argv.slice(2));
if ('help' in options) console.log(help);
else if ('mistake' in options) fail(options.mistake, 2);
else await serve(options);

async function serve(options: Options): Promise<void> {
  try {
    const queue = await openLocalQueue({ ...options, version: ownVersion() });
    stopOnSignal(queue);
    void queue.failed.then((error) => fail(`${error.message} What was accepted is kept.`, 1));
    welcome(queue, options);
  } catch (error) {
    fail(reasonOf(error, options), 1);
  }
}

function welcome({ url }: LocalQueue, { dataFolder }: Options): void {
  console.log(`Event Queue listens on ${url}
API key: ${DEMO_SECRET} (of this machine only)
Events are kept ${dataFolder === undefined ? 'in memory, until this process ends' : `in ${dataFolder}`}

Try the API in a browser: ${url}/docs

Publish an event that calls this server's own /echo:

  curl ${url}/events -H 'x-api-key: ${DEMO_SECRET}' -H 'content-type: application/json' -d '{"url_to_send_request": "${url}/echo"}'
`);
}

/** The second signal is for those in a hurry. */
function stopOnSignal(queue: LocalQueue): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log('Stopping: calls under way may finish. Once more to stop at once.');
    await queue.close();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function reasonOf(error: unknown, { port }: Options): string {
  if (error instanceof FolderUnusable || error instanceof UnusableFile) return error.message;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what listens there, or choose another with --port.`;
  }
  return failureText(error);
}

function fail(reason: string, exitCode: number): void {
  console.error(reason);
  process.exit(exitCode);
}

function ownVersion(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}
