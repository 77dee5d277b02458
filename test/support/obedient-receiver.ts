import { readFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread of a receiver gets when it starts. */
export type Orders = {
  /**
   * The state of the receiver: 1 after it was called, 2 after it was told to answer, 3 after the operating system has
   * its answer.
   */
  readonly step: Int32Array<SharedArrayBuffer>;
  readonly isSecure: boolean;
  readonly pieces: readonly string[];
  /** Whether the receiver sends an answer without an end, a byte at a time. */
  readonly drips: boolean;
};

const { step, isSecure, pieces, drips } = workerData as Orders;
const read = (file: string) => readFileSync(new URL(`../certificates/${file}`, import.meta.url));

const answer: RequestListener = async (_, response) => {
  Atomics.store(step, 0, 1);
  Atomics.notify(step, 0);
  Atomics.wait(step, 0, 1);
  response.writeHead(200, { 'content-length': drips ? 1_000_000 : pieces.join('').length });
  for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
  Atomics.store(step, 0, 3);
  Atomics.notify(step, 0);
  if (drips) setInterval(() => response.write('x'), 1);
};

const server = isSecure
  ? https.createServer({ key: read('server.key'), cert: read('server.pem') }, answer)
  : http.createServer(answer);
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
