import { type AddressInfo, createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** Listens, says where, and stands still: the operating system queues a connection or two, and then answers no more. */
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort?.postMessage((server.address() as AddressInfo).port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
