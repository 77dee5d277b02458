/** What `verify` needs of a fetch `Request`. It is described here, so that this room needs the types of no platform. */
export type FetchRequest = {
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader } | null;
  readonly bodyUsed: boolean;
};

type BodyReader = {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
};

/** What `verify` needs of an `IncomingMessage` of Node, which a request of Express is as well. */
export type NodeRequest = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn, as they came. */
  readonly rawHeaders?: readonly string[];
  on(event: string, listener: (...values: never[]) => void): unknown;
  readonly readableDidRead?: boolean;
  readonly readableEnded?: boolean;
  readonly readableEncoding?: string | null;
  readonly destroyed?: boolean;
};

export type ReceivedRequest = FetchRequest | NodeRequest;

export function isFetchRequest(request: ReceivedRequest): request is FetchRequest {
  return typeof request.headers.get === 'function';
}

/** Refuses what is neither kind of request, such as the wrapper that a framework puts around one. */
export function checkRequest(request: ReceivedRequest): void {
  const isObject = typeof request === 'object' && request !== null;
  if (isObject && typeof request.headers === 'object' && request.headers !== null) {
    if (isFetchRequest(request) || typeof request.on === 'function') return;
  }
  throw new TypeError(
    'verify: the request is neither a fetch Request nor an IncomingMessage of Node. Give the one that the framework has inside: c.req.raw in Hono, request.raw in Fastify, ctx.req in Koa. If there is only an event with headers and a body, make a Request of it: new Request(url, { method: "POST", headers, body }), with the body as bytes.',
  );
}
