/** What the tests use of Express, whose package has no types. */
declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  type Response = ServerResponse & { json(value: unknown): void };
  type Handler = (request: IncomingMessage, response: Response) => void;
  type ParserOptions = { readonly limit: string; readonly type?: () => boolean };

  type Application = Handler & {
    (request: IncomingMessage, response: ServerResponse): void;
    use(handler: Handler): void;
    use(path: string, handler: Handler): void;
  };

  const express: {
    (): Application;
    json(options: ParserOptions): Handler;
    text(options: ParserOptions): Handler;
    raw(options: ParserOptions): Handler;
  };
  export default express;
}
