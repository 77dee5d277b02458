import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Checks } from '../shared/verdicts.ts';
import type { NodeName, PackedPackage } from './packed-package.ts';

/** How often an event is looked at until it has finished. */
const LOOK_EVERY = 50;

export const commandChecks: Checks<PackedPackage> = {
  'npx starts the queue on the oldest Node, and an event is published, called and read': (packed) =>
    startedByNpx(packed, 'oldest'),

  'npx starts the queue on the newest Node, and an event is published, called and read': (packed) =>
    startedByNpx(packed, 'newest'),

  async 'an older Node is refused in one sentence'({ tarball, project, nodes }) {
    const { install, run } = await project();
    await install(tarball);
    const program = 'node_modules/http-event-queue/command/command.js';
    await assert.rejects(
      run(nodes.tooOld, program),
      /failed: http-event-queue needs Node \S+ or newer, and this is Node 20\.\S+\.$/,
    );
  },

  async 'keys, backup, purge and demo work in the folder of the user, and --version and --help explain'({
    tarball,
    project,
  }) {
    const { install, run } = await project({}, 'oldest');
    await install(tarball);
    const { version } = JSON.parse(await run('npm', 'ls', '--json')).dependencies['http-event-queue'];
    assert.equal(await run('npx', 'http-event-queue', '--version'), `${version}\n`);
    assert.match(await run('npx', 'http-event-queue', '--help'), /\n {2}npx http-event-queue \[options\]\n/);
    const made = await run(
      'npx',
      'http-event-queue',
      'keys',
      'create',
      '--label',
      'web',
      '--scopes',
      'read',
      '--data',
      'events',
    );
    assert.match(made, /^ {2}eq_\w+$/m);
    assert.match(await run('npx', 'http-event-queue', 'keys', 'list', '--data', 'events'), / read {2}web$/m);
    assert.match(
      await run('npx', 'http-event-queue', 'backup', 'copy', '--data', 'events'),
      /^copy has the 2 items of /,
    );
    await assert.rejects(
      run('npx', 'http-event-queue', 'purge', '--url', 'http://127.0.0.1:9', '--yes'),
      /Start one with npx http-event-queue,/,
    );
    await assert.rejects(run('npx', 'http-event-queue', 'demo', '--unknown'), /See npx http-event-queue demo --help\./);
  },
};

/** Starts the queue as a newcomer does, and lets it deliver one event. Resolves with how long that took. */
async function startedByNpx({ tarball, project }: PackedPackage, node: NodeName): Promise<string> {
  const { environment, start } = await project({}, node);
  const from = performance.now();
  const command = start('npx', '--yes', `--package=${tarball}`, 'http-event-queue', '--port', '0');
  try {
    const url = await command.sees(/^Open the console in a browser: (\S+)$/m);
    const served = performance.now();
    const event = await delivered(url);
    const took = performance.now() - from;
    assert.equal(event.request_response_status_code, 200);
    assert.match(await textAt(url), /<div id="console"/);
    assert.match(await textAt(`${url}/docs`), /swagger-ui-bundle\.js/);
    assert.ok((await textAt(`${url}/docs/swagger-ui-bundle.js`)).length > 1_000_000);
    assert.match(command.printed(), new RegExp(`Events are kept in ${environment.HOME}/\\.http-event-queue`));
    assert.doesNotMatch(command.printed(), /warning/i);
    return `${seconds(served - from)} s to the address of the console, ${seconds(took)} s to the first delivered event`;
  } finally {
    await command.stop();
  }
}

type ReadEvent = { readonly key: string; readonly status: string; readonly request_response_status_code: number };

async function delivered(url: string): Promise<ReadEvent> {
  const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
  const body = JSON.stringify({ url_to_send_request: `${url}/echo`, body: { hello: 'world' } });
  const { key } = (await (await fetch(`${url}/events`, { method: 'POST', headers, body })).json()) as ReadEvent;
  for (;;) {
    const event = (await (await fetch(`${url}/events/${key}`, { headers })).json()) as ReadEvent;
    if (event.status === 'success') return event;
    if (event.status !== 'waiting_execution') throw new Error(`The event is ${event.status}.`);
    await sleep(LOOK_EVERY);
  }
}

async function textAt(url: string): Promise<string> {
  const response = await fetch(url);
  assert.equal(response.status, 200, url);
  return response.text();
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1);
}
