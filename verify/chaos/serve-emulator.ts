import { createApiKey } from '../../adapters/dynamo-api-keys.ts';
import { emulatedQueue } from '../shared/emulated-queue.ts';
import { emulatedTable } from '../shared/emulated-table.ts';
import { endWithParent } from '../shared/local-process.ts';

/**
 * A part of AWS in a process of its own, which prints where it is: `serve-emulator.ts table <folder>`, with a key that may do all;
 * `serve-emulator.ts queue <visibility in seconds>`.
 */
const [part, argument = ''] = process.argv.slice(2);
endWithParent();
console.log(`serves ${JSON.stringify(part === 'table' ? await serveTable(argument) : await serveQueue(argument))}`);

async function serveTable(folder: string) {
  const table = await emulatedTable(folder);
  const secret = await createApiKey(table, { label: 'chaos', scopes: ['publish', 'read'] }, Date.now());
  return { endpoint: table.endpoint, secret };
}

async function serveQueue(VisibilityTimeout: string) {
  const { endpoint, path } = await emulatedQueue({ VisibilityTimeout });
  return { endpoint, path };
}
