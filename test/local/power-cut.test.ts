import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runProcess, serveInProcess } from '../../verify/shared/local-process.ts';
import { finishedEvent, publish, readEvent } from '../support/http-client.ts';
import { cutPower, onWatchedDisk, powerCutLibrary } from '../support/power-cut.ts';
import { openReceiver } from '../support/receiver.ts';

const CLIENTS = 8;
const CUTS = 5;

let folder: string;
let data: string;
let log: string;
const library = powerCutLibrary(mkdtempSync(join(tmpdir(), 'event-queue-power-cut-')));
const cleanUps: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-queue-power-cut-'));
  data = join(folder, 'data');
  log = join(folder, 'log');
  cleanUps.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

if (library === undefined) {
  process.stdout.write('The power is not cut here: that needs Linux and a C compiler (cc).\n');
  test.skip('what was answered 201 survives a power cut', () => {});
} else {
  const watched = () => onWatchedDisk(library, data, log);

  describe('when the power is cut', () => {
    test(`what was answered 201 is there afterwards, and is called: ${CUTS} times in a row`, async () => {
      const receiver = await openReceiver((_, response) => response.end('done'));
      cleanUps.push(receiver.close);
      const accepted = new Set<string>();
      const succeeded = new Set<string>();
      for (let cut = 0; cut < CUTS; cut++) {
        const queue = await serveInProcess(['--data', data], { environment: watched() });
        cleanUps.push(() => queue.kill('SIGKILL'));
        let isCut = false;
        const client = async (_: unknown, n: number) => {
          for (let k = 0; !isCut; k++) {
            const url_to_send_request = `${receiver.url}/${cut}/${n}/${k}`;
            const { key } = await publish(queue.url, { url_to_send_request, call_url_after: k % 2 ? 0 : 3_600 });
            accepted.add(key);
            if (k % 2 && (await statusWithin(queue.url, key)) === 'success') succeeded.add(key);
          }
        };
        const clients = Array.from({ length: CLIENTS }, client).map((one) => one.catch(() => {}));
        const before = accepted.size;
        while (accepted.size < before + 40) await new Promise(setImmediate);
        isCut = true;
        queue.kill('SIGKILL');
        await Promise.all([queue.ended, ...clients]);
        cutPower(data, log);
      }
      const after = await serveInProcess(['--data', data]);
      cleanUps.push(() => after.kill('SIGKILL'));
      for (const key of accepted) {
        const { status, timestamp_for_execution_to_start } = await readEvent(after.url, key);
        if (succeeded.has(key)) expect([key, status]).toEqual([key, 'success']);
        else if (timestamp_for_execution_to_start * 1_000 < Date.now()) await finishedEvent(after.url, key);
      }
    });

    test.each([
      ['FULL', 0],
      ['OFF', 100],
    ])(
      'what a database wrote without waiting for the disk is lost: synchronous = %s loses %i of 100',
      async (mode, lost) => {
        const path = join(folder, 'data');
        const script = `
        const { DatabaseSync } = require('node:sqlite');
        const database = new DatabaseSync(${JSON.stringify(path)});
        database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE numbers (n INTEGER)');
        database.exec('PRAGMA synchronous = ${mode}');
        for (let n = 0; n < 100; n++) database.exec('INSERT INTO numbers VALUES (' + n + ')');
        process.kill(process.pid, 'SIGKILL');`;
        const { ended } = runProcess(process.execPath, ['-e', script], { environment: watched() });
        expect(await ended).toBe('SIGKILL');
        cutPower(folder, log);
        const database = new DatabaseSync(path);
        expect(database.prepare('SELECT count(*) AS kept FROM numbers').get()?.kept).toBe(100 - lost);
        database.close();
      },
    );
  });
}

/** Resolves to the status of an event as soon as it has finished. Rejects at once if the queue dies meanwhile. */
async function statusWithin(url: string, key: string): Promise<string> {
  const response = await fetch(`${url}/events/${key}?wait=10`, { headers: { 'x-api-key': 'demo' } });
  return ((await response.json()) as { status: string }).status;
}
