import { flushCompileCache } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionName } from '../../api/route.ts';
import { SECOND } from '../../core/durations.ts';
import { openRuntime, type Runtime } from '../../lambdas/runtime/open-runtime.ts';
import { serveRoutes } from '../../lambdas/runtime/serve-routes.ts';
import { openGateway } from '../../local/gateway.ts';
import { endWithParent } from '../shared/local-process.ts';
import { pollForEver } from './poll-for-ever.ts';

/** The batches at a time in a process. An environment of Lambda has one; a process here does the work of several. */
const POLLERS = 10;
const DISPATCH_EVERY = SECOND;

/** Serves a deployed function in a process of its own, wired from its environment: `serve-function.ts <name>`. */
const [name] = process.argv.slice(2);
endWithParent();
// The compiled code is written at once, because Node writes it at the end of a process, and this one is killed.
flushCompileCache();
await serve(openRuntime());

async function serve(runtime: Runtime): Promise<void> {
  switch (name) {
    case 'publish':
    case 'read':
      return console.log(`serves ${await urlOf(runtime, name)}`);
    case 'dispatch':
      console.log('serves all');
      return dispatchForEver(runtime);
    case 'deliver':
      console.log('serves all');
      return deliverForEver(runtime);
    default:
      throw new Error(`There is no function ${name} here.`);
  }
}

async function urlOf(runtime: Runtime, name: FunctionName): Promise<string> {
  const server = await openGateway(serveRoutes(runtime, name), [], 0, runtime.report);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function dispatchForEver({ dispatch }: Runtime): Promise<never> {
  for (;;) {
    await dispatch().catch(() => {});
    await sleep(DISPATCH_EVERY);
  }
}

async function deliverForEver({ deliver }: Runtime): Promise<void> {
  const { QUEUE_URL: queueUrl = '', FUNCTION_TIMEOUT: timeout } = process.env;
  const options = { queueUrl, timeout: Number(timeout) };
  await Promise.all(Array.from({ length: POLLERS }, () => pollForEver(deliver, options)));
}
