// WEBHOOK_SECRET=whsec_... node express.mjs PORT
import express from 'express';
import { statusFor } from './event-queue.mjs';

const app = express();

// Before express.json() and all else that reads bodies.
app.all('/', async (request, response) => {
  response.status(await statusFor(request)).end();
});

app.use(express.json()); // for the rest of the application

const server = app.listen(process.argv[2], '127.0.0.1', () =>
  console.log(`Listening on http://127.0.0.1:${server.address().port}`),
);
