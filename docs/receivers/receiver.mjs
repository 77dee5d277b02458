// node receiver.mjs PORT [FOLDER]
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [port, folder = 'received'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });

const server = createServer(async (request, response) => {
  try {
    const body = Buffer.concat(await request.toArray());
    response.statusCode = await receive(request.headers['event-queue-key'] ?? '', body);
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
  }
  response.end();
});
server.listen(port, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));

async function receive(key, body) {
  if (!/^\d{11}\.\d{3}-[0-9a-f-]{36}$/.test(key)) return 400;
  const mark = join(folder, key); // empty: begun; "done": done
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
