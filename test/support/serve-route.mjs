import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

/** Serves a module as Next.js serves a route: each method by the export of its name, with a `Request` and for a `Response`. */
const [port, module] = process.argv.slice(2);
const route = await import(pathToFileURL(module).href);

const server = createServer(async (message, response) => {
  const { method = 'GET', headers } = message;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(message), duplex: 'half' } : {};
  try {
    const request = new Request(`http://127.0.0.1${message.url}`, { method, headers, ...body });
    const answer = await route[method](request);
    response.writeHead(answer.status);
  } catch (error) {
    console.error(error);
    response.writeHead(500);
  }
  response.end();
});
server.listen(port, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));
