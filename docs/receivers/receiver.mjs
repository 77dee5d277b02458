// WEBHOOK_SECRET=whsec_... node receiver.mjs PORT
import { createServer } from 'node:http';
import { statusFor } from './event-queue.mjs';

const server = createServer(async (request, response) => {
  response.statusCode = await statusFor(request);
  response.end();
});
server.listen(process.argv[2], '127.0.0.1', () =>
  console.log(`Listening on http://127.0.0.1:${server.address().port}`),
);
