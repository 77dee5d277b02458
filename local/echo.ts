import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE, SECOND } from '../core/durations.ts';

const LONGEST_DELAY_SECONDS = (15 * MINUTE) / SECOND;

/**
 * A receiver to try the queue with. It answers with the request that it got. A query such as `?status=500&delay=2` sets
 * the status of the answer and the seconds to wait before it.
 */
export async function echo(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): Promise<void> {
  const status = Number(url.searchParams.get('status') ?? 200);
  const delay = Number(url.searchParams.get('delay') ?? 0);
  if (!isStatus(status) || !(delay >= 0 && delay <= LONGEST_DELAY_SECONDS)) {
    const usage = `status takes a number from 200 to 599, delay one from 0 to ${LONGEST_DELAY_SECONDS} (seconds).\n`;
    response.writeHead(422, { 'content-type': 'text/plain' }).end(usage);
    return;
  }
  await sleep(delay * SECOND);
  const got = { method: request.method, path: url.pathname + url.search, headers: request.headers, ...bodyText(body) };
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(got, null, 2)}\n`);
}

function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599;
}

function bodyText(body: Buffer) {
  return isUtf8(body) ? { body: body.toString() } : { body_base64: body.toString('base64') };
}
