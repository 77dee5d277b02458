import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, test } from '@jest/globals';
import { serveInProcess } from '../../verify/shared/local-process.ts';
import { publish, readEvent } from '../support/http-client.ts';

let cleanUp = () => {};

afterEach(() => cleanUp());

test('events that wait while the machine sleeps for longer than they are kept are called, and not forgotten', async () => {
  const clock = `
    const awake = Date.now;
    let slept = 0;
    process.on('SIGUSR2', () => { slept = 9 * 86_400_000; });
    Date.now = () => awake() + slept;`;
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` };
  const queue = await serveInProcess(['--memory'], { environment });
  cleanUp = () => queue.kill('SIGKILL');
  const event = { url_to_send_request: `${queue.url}/echo`, call_url_after: 3_600, max_try_count: 1 };
  const { key } = await publish(queue.url, { ...event, keep_result_for: 60 });
  queue.kill('SIGUSR2');
  // The queue looks for expired items every second.
  for (const wokeAt = Date.now(); Date.now() < wokeAt + 2_500; await pause(50)) await readEvent(queue.url, key);
});
