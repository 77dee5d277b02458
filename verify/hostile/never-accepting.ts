import { type AddressInfo, createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

/**
 * A server that listens, reports its port, and blocks its thread. The operating system holds one or two connections for
 * it, and then answers no more.
 */
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort?.postMessage((server.address() as AddressInfo).port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
