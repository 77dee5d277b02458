// What a receiver in JavaScript does with a call, whatever its framework.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const secrets = process.env.WEBHOOK_SECRET?.match(/whsec_[A-Za-z0-9+/]{32,}=*/g);
if (!secrets) throw new Error('WEBHOOK_SECRET must hold the signing secret of the queue, whsec_...');
const folder = process.env.RECEIVER_FOLDER ?? 'received';
mkdirSync(folder, { recursive: true });

// The status to answer with. Headers are an object with names in lower case, and the body is a Buffer of the bytes as they came.
export async function statusFor(headers, body) {
  try {
    return isFromTheQueue(headers, body) ? await receive(headers['webhook-id'], body) : 401;
  } catch (error) {
    console.error(error);
    return 500;
  }
}

function isFromTheQueue(headers, body) {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'event-queue-key': key = '' } = headers;
  const given = (headers['webhook-signature'] ?? '').split(' ').map((signature) => Buffer.from(signature));
  const isSigned = secrets.some((secret) => {
    const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
    const good = Buffer.from(`v1,${hmac.update(`${id}.${timestamp}.`).update(body).digest('base64')}`);
    return given.some((signature) => signature.length === good.length && timingSafeEqual(signature, good));
  });
  const isRecent = Math.abs(Date.now() / 1000 - timestamp) <= 300; // else somebody repeats an old call
  return isSigned && isRecent && key.endsWith(`-${id}`); // the key itself is not signed
}

async function receive(id, body) {
  if (!/^[0-9a-f-]{36}$/.test(id)) return 400;
  const mark = join(folder, id); // empty: begun; "done": done
  try {
    await writeFile(mark, '', { flag: 'wx' });
  } catch {
    return (await readFile(mark, 'utf8')) === 'done' ? 200 : 503;
  }
  try {
    await work(body);
  } catch (error) {
    await rm(mark); // so that the next attempt tries again
    throw error;
  }
  await writeFile(mark, 'done');
  return 200;
}

async function work(body) {
  await appendFile(join(folder, 'work.log'), `${body}\n`);
}
