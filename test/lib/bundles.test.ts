import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoEventStore } from '../../adapters/dynamo-event-store.ts';
import { publicKey } from '../../core/event-key.ts';
import { openAwsEmulators } from '../aws-emulators.ts';
import { queuedEvent } from '../sample-event.ts';

const runFile = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
const KB = 1_024;
const MOST_BYTES = 600 * KB;

/** Loads a bundle as Lambda does, hands it one event, and prints what it answers. */
const RUN = `
const { handler } = await import(process.argv[1]);
const answer = await handler(JSON.parse(process.argv[2]), { getRemainingTimeInMillis: () => 60_000 });
console.log(JSON.stringify(answer ?? null));
process.exit(0);
`;

let out: string;
let aws: Awaited<ReturnType<typeof openAwsEmulators>>;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'event-queue-synth-'));
  await synth(join(out, 'first'));
  aws = await openAwsEmulators();
}, 60_000);
afterAll(async () => {
  await aws.close();
  rmSync(out, { recursive: true });
});

test('every function is bundled with all that it needs, in 600 KB', () => {
  const bundles = Object.values(bundlesIn(join(out, 'first')));
  expect(bundles).toHaveLength(6);
  for (const path of bundles) expect(statSync(path).size).toBeLessThanOrEqual(MOST_BYTES);
});

test('a second synthesis is identical, and needs no credentials', async () => {
  await synth(join(out, 'second'));
  const [first, second] = ['first', 'second'].map((name) =>
    readFileSync(join(out, name, 'EventQueue.template.json'), 'utf8'),
  );
  expect(second).toBe(first);
}, 60_000);

test('the bundles publish, dispatch, cancel, deliver and read, each in a process of its own', async () => {
  const bundles = bundlesIn(join(out, 'first'));
  const ask = async (name: string, method: string, path: string, body?: Buffer) => {
    const { statusCode, body: text } = await run(bundles[name], {
      rawPath: path,
      rawQueryString: '',
      headers: { 'x-api-key': aws.secret, 'content-type': 'application/json' },
      cookies: ['a=b'],
      requestContext: { http: { method } },
      isBase64Encoded: true,
      ...(body && { body: body.toString('base64') }),
    });
    return { statusCode, answer: JSON.parse(text) };
  };
  const wanted = { url_to_send_request: 'https://example.com/', call_url_after: 600 };
  const published = await ask('Publish', 'POST', '/events', Buffer.from(JSON.stringify(wanted)));
  expect(published.statusCode).toBe(201);
  expect(await run(bundles.Dispatch, {})).toBeNull();
  expect((await ask('Manage', 'DELETE', `/events/${published.answer.key}`)).answer.status).toBe('cancelled');

  const refused = queuedEvent(Date.now(), { url: 'http://127.0.0.1:1/' });
  await dynamoEventStore(aws.table).keepEvent(refused);
  const key = publicKey(refused.key);
  const body = JSON.stringify({ key, attempt: 1, at: refused.key.dueAt });
  const Records = [{ messageId: 'one', body, attributes: { ApproximateReceiveCount: '1' } }];
  expect(await run(bundles.Deliver, { Records })).toEqual({ batchItemFailures: [] });
  expect((await ask('Read', 'GET', `/events/${key}`)).answer.attempts).toMatchObject([{ outcome: 'blocked' }]);
  expect((await ask('Site', 'GET', '/health')).answer).toEqual({ status: 'ok' });
}, 60_000);

async function synth(to: string): Promise<void> {
  const env = { PATH: `${join(PROJECT, 'node_modules/.bin')}:${process.env.PATH}`, HOME: out };
  await runFile(process.execPath, [CDK, 'synth', '--quiet', '--output', to], { cwd: PROJECT, env });
}

/** Where each function's bundle is, by its name in the stack. */
function bundlesIn(assembly: string): Readonly<Record<string, string>> {
  const { Resources } = JSON.parse(readFileSync(join(assembly, 'EventQueue.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Metadata?: Record<string, string> }>;
  };
  const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  return Object.fromEntries(
    functions.map(([id, { Metadata }]) => {
      const folder = join(assembly, Metadata?.['aws:asset:path'] ?? '');
      const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
      return [/^Queue([A-Z][a-z]+)/.exec(id)?.[1] ?? id, join(folder, file)];
    }),
  );
}

async function run(bundle: string | undefined, event: object) {
  const args = ['--input-type=module', '--eval', RUN, bundle ?? '', JSON.stringify(event)];
  const { stdout } = await runFile(process.execPath, args, { env: aws.environment });
  return JSON.parse(stdout);
}
