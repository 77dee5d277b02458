declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}

declare module 'dynalite/db/index.js' {
  type Table = object;
  type Answer = (failure: Error | null, table?: Table) => void;
  type Store = { getTable(name: string, answer: Answer): void };
  const db: { create(options: object): Store };
  export default db;
  export type { Store, Table };
}

declare module 'dynalite/actions/*' {
  import type { Store } from 'dynalite/db/index.js';

  type Failure = Error & { readonly body?: object };
  export default function action(
    store: Store,
    input: object,
    answer: (failure: Failure | null, output: object) => void,
  ): void;
}
