import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into a process before its program (`node --import`): answers on LONGEST_BLOCK_PORT, in milliseconds, for how long its event
 * loop was kept at the most since it was asked last.
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
