import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * This module is loaded into a process before its program (`node --import`). A request to LONGEST_BLOCK_PORT is
 * answered with the longest time, in milliseconds, for which the event loop was blocked since the last request.
 */
if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  createServer((_, response) => {
    response.end(String(delays.max / 1e6));
    delays.reset();
  })
    .listen(Number(process.env.LONGEST_BLOCK_PORT), '127.0.0.1')
    .unref();
}
