import { Queue, Worker } from 'bullmq';
import Fastify from 'fastify';
import IORedis from 'ioredis';
import { Agent, request } from 'undici';

/**
 * A server that does the work of the queue with BullMQ on Redis. It accepts events over HTTP, a worker calls their URLs, and the
 * results are stored in the jobs. It uses Fastify and undici, which are the fastest that there are. Its one argument is the port
 * of Redis.
 */
const WORKERS = 200;
const KEPT_FOR_SECONDS = 86_400;
const LONGEST_CALL = 5_000;

const connection = new IORedis({ host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null });
const queue = new Queue('events', { connection });
const agent = new Agent({ connections: WORKERS });
new Worker('events', call, { connection, concurrency: WORKERS, removeOnComplete: { age: KEPT_FOR_SECONDS } });

async function call({ data }) {
  const timeouts = { headersTimeout: LONGEST_CALL, bodyTimeout: LONGEST_CALL };
  const { statusCode, headers, body } = await request(data.url, { dispatcher: agent, ...timeouts });
  const answer = { statusCode, headers, body: await body.text() };
  if (statusCode >= 300) throw new Error(`The receiver answered ${statusCode}.`);
  return answer;
}

const server = Fastify();
server.post('/events', async ({ body }, reply) => {
  const retries = { attempts: 5, backoff: { type: 'fixed', delay: 60_000 } };
  const { id } = await queue.add('event', { url: body.url_to_send_request }, retries);
  return reply.code(201).send({ key: id });
});
server.get('/stats', async () => ({ periods: [{ succeeded: await queue.getCompletedCount() }] }));
console.log(`listens on ${await server.listen({ port: 0, host: '127.0.0.1' })}`);
