import { createApiKey } from '../../adapters/table-api-keys.ts';
import { emulatedQueue } from '../shared/emulated-queue.ts';
import { emulatedTable } from '../shared/emulated-table.ts';
import { endWithParent } from '../shared/local-process.ts';

/**
 * Serves an emulator in a process of its own, and prints its address. `serve-emulator.ts table <folder>` serves
 * DynamoDB with a table and a key with all scopes. `serve-emulator.ts queue <visibility in seconds>` serves SQS.
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
