import type { Server } from 'node:http';

/** A connection that its server closes while it is idle fails whoever has just begun to use it. */
export function keepingConnections(server: Server): Server {
  return Object.assign(server, { keepAliveTimeout: 0 });
}
