import type { Server } from 'node:http';
import dynalite from 'dynalite';
import batchGetItem from 'dynalite/actions/batchGetItem.js';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import db, { type Store, type Table } from 'dynalite/db/index.js';

export type Database = {
  /** Answers requests as DynamoDB does. */
  readonly server: Server;
  /** Takes the JSON of an operation's input. Answers that of its output, or of an error, whose name is its `__type`. */
  ask(operation: string, input: string): Promise<{ readonly isError: boolean; readonly output: string }>;
};

type Answer = Awaited<ReturnType<Database['ask']>>;

/** Without checking what was written by this program itself, as the database does for strangers: it takes as long as the rest. */
const unchecked = { BatchGetItem: batchGetItem, BatchWriteItem: batchWriteItem };

/** Whoever is in this process needs no signature, but its form. */
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  authorization:
    'AWS4-HMAC-SHA256 Credential=here/20300101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
  'x-amz-date': '20300101T000000Z',
};

/** The embedded database, asked without a connection. */
export function openDatabase(options: { readonly path?: string }): Database {
  const { server, store } = opened(options);
  return {
    server,
    ask(operation, input) {
      return operation in unchecked
        ? askDirectly(store, operation as keyof typeof unchecked, input)
        : askAsClient(server, operation, input);
    },
  };
}

/** The database keeps its store to itself, but has it made by a part of its own. */
function opened(options: { readonly path?: string }): { readonly server: Server; readonly store: Store } {
  const { create } = db;
  let store: Store | undefined;
  db.create = (given) => {
    store = create(given);
    return store;
  };
  const server = dynalite({ ...options, createTableMs: 0 });
  db.create = create;
  if (store === undefined) throw new Error('The database opened no store.');
  return { server, store };
}

/** The same store for one request: what its table is like is not read again for each of its items. */
function withTableAtHand(store: Store): Store {
  const tables = new Map<string, Table>();
  return {
    ...store,
    getTable(name, answer) {
      const table = tables.get(name);
      if (table !== undefined) return answer(null, table);
      store.getTable(name, (failure, found) => {
        if (found !== undefined) tables.set(name, found);
        answer(failure, found);
      });
    },
  };
}

function askDirectly(store: Store, operation: keyof typeof unchecked, input: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  unchecked[operation](withTableAtHand(store), JSON.parse(input), (failure, output) => {
    if (failure !== null && failure.body === undefined) reject(failure);
    else resolve({ isError: failure !== null, output: JSON.stringify(failure?.body ?? output) });
  });
  return promise;
}

/** As over HTTP: the database's listener gets a request, and answers it. */
function askAsClient(server: Server, operation: string, input: string): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const listeners = new Map<string, (data?: string) => void>();
  const request = {
    method: 'POST',
    url: '/',
    headers: { ...HEADERS, 'x-amz-target': `DynamoDB_20120810.${operation}` },
    on: (event: string, listener: () => void) => listeners.set(event, listener),
    removeAllListeners: () => listeners.clear(),
  };
  const response = {
    statusCode: 200,
    setHeader() {},
    end: (output: string) => resolve({ isError: response.statusCode !== 200, output }),
  };
  server.emit('request', request, response);
  listeners.get('data')?.(input);
  listeners.get('end')?.();
  return promise;
}
