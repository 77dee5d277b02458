// What a receiver in JavaScript does with a call, whatever its framework.
import { mkdirSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { doOnce, VerificationError, verify } from 'http-event-queue/receiver';

const secrets = process.env.WEBHOOK_SECRET ?? '';
if (!/whsec_./.test(secrets)) throw new Error('WEBHOOK_SECRET must hold the signing secret of the queue, whsec_...');
const folder = process.env.RECEIVER_FOLDER ?? 'received';
mkdirSync(folder, { recursive: true });

// The status to answer with. The request is a fetch Request, or one of Express or Node, and nothing has read its body.
export async function statusFor(request) {
  try {
    const call = await verify(request, { secrets });
    if (!/^[0-9a-f-]{36}$/.test(call.id)) return 400; // it becomes the name of a file
    return await doOnce(call.id, marks, () => work(call.body));
  } catch (error) {
    console.error(error);
    return error instanceof VerificationError ? error.status : 500;
  }
}

// The mark of an event is a file: empty when its work has begun, and "done" when it is done.
const marks = {
  async begin(id) {
    try {
      await writeFile(join(folder, id), '', { flag: 'wx' });
      return 'new';
    } catch {
      return (await readFile(join(folder, id), 'utf8')) === 'done' ? 'done' : 'begun';
    }
  },
  finish: (id) => writeFile(join(folder, id), 'done'),
  forget: (id) => rm(join(folder, id)),
};

async function work(body) {
  await appendFile(join(folder, 'work.log'), `${Buffer.from(body)}\n`);
}
