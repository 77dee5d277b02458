import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

const REGION = 'us-east-1';
const LONGEST_ANSWER = 60_000;

/**
 * The variables by which the CDK and the commands of the project find the emulator. Any credentials do, because an
 * emulator does not check them.
 */
export function awsEnvironment(endpoint: string) {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

export const BOOTSTRAPPED = `aws://000000000000/${REGION}`;

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** The value of the Host header, by which the emulator tells its APIs apart. */
  readonly host?: string;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
};

export type Aws = ReturnType<typeof awsProtocols>;

/** Returns a client of the wire protocols of AWS, so that the checks need no client library for each service. */
export function awsProtocols(endpoint: string) {
  const { hostname, port, host: ownHost } = new URL(endpoint);

  async function http({ method, path, headers = {}, body, host = ownHost }: HttpRequest): Promise<HttpAnswer> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request({ hostname, port, method, path, headers: { ...headers, ...length, host } });
    asked.setTimeout(LONGEST_ANSWER, () => asked.destroy(new Error(`${method} ${path}: no answer for a minute.`)));
    const [answer] = (await once(asked.end(body), 'response')) as [IncomingMessage];
    const bytes = Buffer.concat(await answer.toArray());
    return { status: answer.statusCode ?? 0, headers: answer.headers, bytes, text: bytes.toString() };
  }

  async function ask(what: string, service: string, asked: Omit<HttpRequest, 'method'> & { readonly method?: string }) {
    const headers = { ...asked.headers, authorization: signatureFor(service) };
    const { status, text } = await http({ method: 'POST', ...asked, headers });
    if (status >= 300) throw new Error(`${what}: ${status} ${text.slice(0, 400)}`);
    return text;
  }

  return {
    http,

    /** Makes a request in AWS JSON. DynamoDB, SQS and CloudWatch take version 1.0, and CloudWatch Logs takes 1.1. */
    async json<Answer>(service: string, target: string, input: object, version = '1.0'): Promise<Answer> {
      const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
      const text = await ask(target, service, { path: '/', headers, body: JSON.stringify(input) });
      return JSON.parse(text || '{}') as Answer;
    },

    /** Makes a request to CloudFormation in the query protocol, and resolves with its XML. */
    async cloudFormation(action: string, input: Readonly<Record<string, string>> = {}): Promise<string> {
      const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...input }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return ask(action, 'cloudformation', { path: '/', headers, body });
    },

    /** Makes a request in REST with JSON, as Lambda takes it. */
    async rest<Answer>(service: string, method: string, path: string, input?: object): Promise<Answer> {
      const headers = { 'content-type': 'application/json' };
      const body = input === undefined ? undefined : JSON.stringify(input);
      return JSON.parse((await ask(path, service, { method, path, headers, body })) || '{}') as Answer;
    },
  };
}

/**
 * Returns the value of the Authorization header, which names the service. Its signature is not real, because an
 * emulator does not check it.
 */
function signatureFor(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=00`;
}

/** Returns the texts of all elements of a name. Elements of the same name must not be nested. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, text = '']) => unescaped(text));
}

export function element(xml: string, name: string): string {
  return elements(xml, name)[0] ?? '';
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#x27;|&apos;|&#39;/g, "'")
    .replaceAll('&amp;', '&');
}
