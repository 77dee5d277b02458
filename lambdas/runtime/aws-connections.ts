import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { SECOND } from '../../core/durations.ts';

/**
 * The dispatcher sends 160 requests at once (core/dispatch/dispatcher.ts). With fewer sockets, some of them would wait
 * for one until `connectionTimeout` fails them.
 */
const AGENT = { keepAlive: true, maxSockets: 200 };

/** Makes the connections of one client of the AWS SDK. */
export function awsConnections() {
  const [httpAgent, httpsAgent] = [new HttpAgent(AGENT), new HttpsAgent(AGENT)];
  return {
    /**
     * Options of the client. The timeouts, in milliseconds, end a request that hangs, so that it can be tried again:
     * the SDK would wait for ever.
     */
    requestHandler: { connectionTimeout: SECOND, socketTimeout: 5 * SECOND, httpAgent, httpsAgent },

    /**
     * Closes the connections that no request uses. A process that Lambda has frozen does not notice that AWS closed its
     * connections, and its next request on one of them would fail.
     */
    dropIdle(): void {
      for (const { freeSockets } of [httpAgent, httpsAgent])
        for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    },
  };
}
