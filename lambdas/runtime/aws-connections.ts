import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

const SECOND = 1_000;
/** The dispatcher sends 160 requests at once (core/dispatch/dispatch.ts). One that waits for a connection counts as one that gets none. */
const AGENT = { keepAlive: true, maxSockets: 200 };

/** Connections to a service of AWS. */
export function awsConnections() {
  const [httpAgent, httpsAgent] = [new HttpAgent(AGENT), new HttpsAgent(AGENT)];
  return {
    /** One that hangs must leave time for another try: the SDK itself would wait for ever. */
    requestHandler: { connectionTimeout: SECOND, socketTimeout: 5 * SECOND, httpAgent, httpsAgent },

    /** Closes those that nobody uses. While Lambda keeps a process frozen, it does not see that AWS has closed them. */
    dropIdle(): void {
      for (const { freeSockets } of [httpAgent, httpsAgent])
        for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    },
  };
}
