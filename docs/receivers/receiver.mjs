// WEBHOOK_SECRET=whsec_... node receiver.mjs PORT [FOLDER]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const secrets = process.env.WEBHOOK_SECRET?.match(/whsec_[A-Za-z0-9+/]{32,}=*/g);
if (!secrets) throw new Error('WEBHOOK_SECRET must hold the signing secret of the queue, whsec_...');
const [port, folder = 'received'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });

const server = createServer(async (request, response) => {
  try {
    const { headers } = request;
    const body = Buffer.concat(await request.toArray());
    response.statusCode = isFromTheQueue(headers, body, secrets) ? await receive(headers['webhook-id'], body) : 401;
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
  }
  response.end();
});
server.listen(port, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));

function isFromTheQueue(headers, body, secrets) {
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
