import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { awsProtocols } from './aws.ts';
import { until } from './until.ts';

const STARTS_WITHIN = 60;

/** The error that is thrown if there is no emulator. Its message says what to do. */
export class NoEmulator extends Error {}

export type Emulator = { readonly endpoint: string; close(): void };

export type EmulatorOptions = {
  /** The address of an emulator that runs already. */
  readonly endpoint: string | undefined;
  /** A checkout of ministack, which is started if there is no endpoint. */
  readonly ministack: string | undefined;
  /** The Python that runs ministack. */
  readonly python: string;
  /** The folder in which the log of ministack is written. */
  readonly folder: string;
};

/** Starts ministack, or finds the emulator at the endpoint. Rejects with NoEmulator if there is none. */
export async function openEmulator({ endpoint, ministack, python, folder }: EmulatorOptions): Promise<Emulator> {
  if (ministack !== undefined) return startMinistack(ministack, python, join(folder, 'ministack.log'));
  if (endpoint === undefined)
    throw new NoEmulator(
      'There is no emulator to deploy to, so nothing was checked: set AWS_ENDPOINT_URL to the address of one, or give a checkout of ministack with --ministack <folder>.',
    );
  requireEmulator(endpoint);
  if (await answers(endpoint)) return { endpoint, close: () => {} };
  throw new NoEmulator(
    `No emulator answers at AWS_ENDPOINT_URL, ${endpoint}, so nothing was checked: start one there.`,
  );
}

/** Throws if the endpoint is AWS or another machine, because the checks make and delete stacks, tables and keys. */
function requireEmulator(endpoint: string): void {
  const url = URL.parse(endpoint);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+)$/.test(url?.hostname ?? '');
  if (url?.protocol === 'http:' && isHere) return;
  throw new NoEmulator(
    `AWS_ENDPOINT_URL is ${endpoint}, so nothing was checked: give the address of an emulator on this machine, as http://127.0.0.1:4566.`,
  );
}

async function startMinistack(checkout: string, python: string, logFile: string): Promise<Emulator> {
  if (!existsSync(join(checkout, 'ministack/__main__.py')))
    throw new NoEmulator(`There is no ministack in ${checkout}, so nothing was checked: --ministack takes a checkout.`);
  const port = await freePort();
  const log = await open(logFile, 'w');
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: checkout,
    env: { ...process.env, ...ministackEnvironment, GATEWAY_PORT: String(port) },
    stdio: ['ignore', log.fd, log.fd],
    // ministack gets a process group of its own, because the functions are its children and must end with it.
    detached: true,
  });
  let broken: Error | undefined;
  child.on('error', (error) => {
    broken = error;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const hasEnded = () => broken !== undefined || child.exitCode !== null;
  const close = () => endGroup(child.pid);
  await until('an answer', STARTS_WITHIN, () => hasEnded() || answers(endpoint)).catch((error: Error) => {
    broken = error;
  });
  await log.close();
  if (!hasEnded()) return { endpoint, close };
  close();
  const why = broken?.message ?? (await readFile(logFile, 'utf8')).trim().split('\n').at(-1);
  throw new NoEmulator(
    `ministack did not start, so nothing was checked: ${why}. ${python} must have hypercorn, yaml, defusedxml, cryptography and cbor2; --python names another.`,
  );
}

const ministackEnvironment = {
  BIND_HOST: '127.0.0.1',
  MINISTACK_HOST: 'localhost',
  IOT_MTLS_ENABLED: '0',
  SFTP_ENABLED: '0',
};

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader);
  } catch {
    // The process group has ended already, and there is nothing to kill.
  }
}

/** Resolves with whether CloudFormation answers at an address. With any other server, the CDK would wait for ever. */
async function answers(endpoint: string): Promise<boolean> {
  return awsProtocols(endpoint)
    .cloudFormation('ListStacks')
    .then(
      (xml) => xml.includes('ListStacksResponse'),
      () => false,
    );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
