import type { Server } from 'node:http';

/** Lets a server keep idle connections open, because a request fails if its connection is closed just as it is sent. */
export function keepingConnections(server: Server): Server {
  return Object.assign(server, { keepAliveTimeout: 0 });
}
