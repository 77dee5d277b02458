// Is copied into a project in which the package and Express are installed. Serves a receiver of each kind: /node, /express
// and /fetch. Each answers the call that it has verified, or the error with the status that the error names.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { doOnce, VerificationError, verify } from 'http-event-queue/receiver';

const secrets = process.env.WEBHOOK_SECRET;
const marks = new Map();
const mapMarks = {
  async begin(id) {
    const before = marks.get(id) ?? 'new';
    if (before === 'new') marks.set(id, 'begun');
    return before;
  },
  finish: async (id) => marks.set(id, 'done'),
  forget: async (id) => marks.delete(id),
};

async function answerTo(request) {
  try {
    const { body, id, attempt, timestamp, key } = await verify(request, { secrets });
    let isNew = false;
    const status = await doOnce(id, mapMarks, () => {
      isNew = true;
    });
    const sha256 = createHash('sha256').update(body).digest('hex'); // a queue keeps 64 KiB of an answer, and a body may be longer
    return { status, text: JSON.stringify({ id, attempt, timestamp, key, sha256, isNew }) };
  } catch (error) {
    if (!(error instanceof VerificationError)) console.error(error);
    return { status: error.status ?? 500, text: JSON.stringify({ reason: error.reason, message: error.message }) };
  }
}

const app = express();
app.use('/express/parsed', express.json());
app.use(async (request, response) => {
  const { status, text } = await answerTo(request);
  response.status(status).send(text);
});

async function handle(request) {
  const { status, text } = await answerTo(request);
  return new Response(text, { status });
}

async function serveFetch(message, response) {
  const { method, headers } = message;
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: message, duplex: 'half' };
  const answer = await handle(new Request(`http://127.0.0.1${message.url}`, { method, headers, ...body }));
  response.writeHead(answer.status).end(await answer.text());
}

const server = createServer(async (message, response) => {
  if (message.url.startsWith('/express')) app(message, response);
  else if (message.url.startsWith('/fetch')) await serveFetch(message, response);
  else {
    const { status, text } = await answerTo(message);
    response.writeHead(status).end(text);
  }
});
server.listen(0, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}.`));
