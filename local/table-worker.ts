import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { closeIterators } from './closed-iterators.ts';
import { openDatabase } from './database.ts';
import { keepingConnections } from './keeping-connections.ts';
import type { FromWorker, ToWorker, WorkerData } from './threaded-client.ts';
import { workInPlace } from './threaded-level.ts';

/** The embedded database in a thread of its own: it would take half of the time of the one in which all else is done. */
const { path, table, accessKeyId } = workerData as WorkerData;
closeIterators();
workInPlace();
const database = openDatabase(path === undefined ? {} : { path });
await createTable();
const server = keepingConnections(onlyFor(accessKeyId));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
parentPort?.on('message', (message: ToWorker) => void (message === 'close' ? close() : answer(message)));
tell({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

/** Whoever asks for it before it is active is told that there is none. */
async function createTable(): Promise<void> {
  await database.ask('CreateTable', JSON.stringify(table));
  for (let status = ''; status !== 'ACTIVE'; await setImmediate()) {
    const { output } = await database.ask('DescribeTable', JSON.stringify({ TableName: table.TableName }));
    status = JSON.parse(output).Table.TableStatus;
  }
}

async function answer({ id, operation, input }: Exclude<ToWorker, 'close'>): Promise<void> {
  tell({ id, ...(await database.ask(operation, input)) });
}

async function close(): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await new Promise((resolve) => database.server.close(resolve));
  parentPort?.close();
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** For other programs of this user. The database answers whoever asks: others on this machine, and web pages in its browsers, do not know the access key. */
function onlyFor(key: string): Server {
  return createServer((request, response) => {
    if (request.headers.authorization?.includes(`Credential=${key}/`))
      database.server.emit('request', request, response);
    else response.writeHead(403).end();
  });
}
