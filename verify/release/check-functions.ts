import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { cp, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundleFunction, type FunctionName, functionNames } from '../../package/bundle-function.ts';
import { type Bundle, invoke } from '../shared/bundles.ts';
import { recordsOf, requestOf } from '../shared/deployed-functions.ts';
import { emulatedCloud } from '../shared/emulated-cloud.ts';
import type { Checks } from '../shared/verdicts.ts';
import type { PackedPackage } from './packed-package.ts';

const PAGES = [
  '/',
  '/docs',
  '/docs/docs.css',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
  '/openapi.json',
  '/health',
];

export const functionChecks: Checks<PackedPackage> = {
  async 'the functions have the files that the repository deploys, byte for byte'(packed) {
    const { packaged, built } = await bothBuilds(packed);
    for (const name of functionNames) {
      const files = (await readdir(join(built, name))).sort();
      assert.deepEqual((await readdir(join(packaged, name))).sort(), files);
      for (const file of files) {
        const [one, other] = await Promise.all([packaged, built].map((folder) => readFile(join(folder, name, file))));
        assert.ok(other && one?.equals(other), `${name}/${file} differs.`);
      }
    }
  },

  async 'the functions publish, deliver and read an event, and serve the same pages as those of the repository'(
    packed,
  ) {
    const { packaged, built } = await bothBuilds(packed);
    const cloud = await emulatedCloud({ PRIVATE_TARGETS: 'true' });
    const receiver = createServer((_, response) => response.end('received')).listen(0, '127.0.0.1');
    try {
      await once(receiver, 'listening');
      const { environment } = await cloud.surroundings();
      const ask = (folder: string, name: FunctionName, event: object) =>
        invoke(bundleIn(folder, name), { environment, event });
      const event = { url_to_send_request: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
      const published = await ask(packaged, 'publish', requestOf(cloud.secret, 'POST', '/events', event));
      assert.equal(published.statusCode, 201);
      const delivered = await ask(packaged, 'deliver', recordsOf(await cloud.receive()));
      assert.deepEqual(delivered, { batchItemFailures: [] });
      assert.equal(await ask(packaged, 'dispatch', {}), null);
      const path = `/events/${JSON.parse(published.body).key}`;
      const read = await ask(packaged, 'read', requestOf(cloud.secret, 'GET', path));
      assert.equal(JSON.parse(read.body).request_response_body, 'received');
      assert.deepEqual(read, await ask(built, 'read', requestOf(cloud.secret, 'GET', path)));
      const cancelled = await ask(packaged, 'manage', requestOf(cloud.secret, 'DELETE', path));
      assert.deepEqual(cancelled, await ask(built, 'manage', requestOf(cloud.secret, 'DELETE', path)));
      for (const page of PAGES) {
        const [one, other] = [packaged, built].map((folder) => ask(folder, 'site', requestOf('', 'GET', page)));
        assert.equal((await one).statusCode, 200, page);
        assert.deepEqual(await one, await other, page);
      }
    } finally {
      receiver.close();
      await cloud.close();
    }
  },
};

/** Resolves with a folder of the functions of the package, and one of the functions that the repository bundles. */
async function bothBuilds({ tarball, project }: PackedPackage) {
  // A module of the project is CommonJS, as it is on Lambda.
  const { folder, install } = await project({ type: 'commonjs' });
  await install(tarball);
  const [packaged, built] = [join(folder, 'packaged'), join(folder, 'built')];
  // Lambda gets the folder of a function without the package around it.
  for (const name of functionNames) {
    await cp(join(folder, 'node_modules/http-event-queue/functions', name), join(packaged, name), { recursive: true });
    bundleFunction(name, join(built, name));
  }
  return { packaged, built };
}

function bundleIn(folder: string, name: FunctionName): Bundle {
  return { path: join(folder, name, 'index.js'), nodeOptions: '--enable-source-maps' };
}
