import { fileURLToPath } from 'node:url';
import type { CallResult } from '../../core/event/progress.ts';
import { requests } from '../performance/requests.ts';
import { runProcess } from '../shared/local-process.ts';
import { medianOf } from '../shared/steadiness.ts';
import { type Cut, cuttingReceiver, openTcpReceiver } from '../shared/tcp-receiver.ts';
import {
  openTlsReceiver,
  refusedCertificates,
  resolveToThisMachine,
  type ShownCertificate,
  trustTestAuthority,
} from '../shared/tls-receivers.ts';
import { besideDeadNames } from './beside-dead-names.ts';
import { type Bomb, bombs, type HostileReceiver, tarpits } from './hostile-receivers.ts';
import { type LyingAnswer, lyingAnswers, wholeAnswers } from './lying-answers.ts';
import type { ManyCalls } from './many-calls.ts';
import { strangerCaller } from './stranger-caller.ts';
import { timeToDeliver } from './time-to-deliver.ts';

const MANY_CALLS = fileURLToPath(new URL('./many-calls.ts', import.meta.url));
const CALLS_TO_A_TARPIT = 10;
const CALLS_TO_A_BOMB = 50;
const TIMEOUT = 1_000;
const LONG_TIMEOUT = 5_000;
const KB = 1_024;
const MOST_LATE = 250;
const MOST_GROWTH = 64 * KB * KB;
const MOST_BODY = 64 * KB;
const MOST_HEADERS = 16 * KB;
const MOST_SLOWER = 1.2;
const RUNS = 5;
const MOST_LATE_BESIDE_DEAD_NAMES = 1_000;

type Row = { readonly what: string; readonly outcome: string; readonly figure: string; readonly holds: boolean };

/** Measures what hostile receivers do to the caller and the local queue. Each row is a promise that holds or not. */
export async function hostile(): Promise<void> {
  title(`A receiver that makes ${CALLS_TO_A_TARPIT} calls wait: at most ${MOST_LATE} ms over their timeout`);
  for (const tarpit of tarpits) print(await tarpitRow(tarpit));
  title(
    `A receiver that sends ${CALLS_TO_A_BOMB} calls no end: less than 64 MiB, and at most 64 + 16 KiB of each kept`,
  );
  for (const bomb of bombs) print(await bombRow(bomb));
  title('An answer that is not as it should be: a recorded outcome');
  for (const lie of lyingAnswers) print(await lieRow(lie));
  title('An answer that breaks off after each of its bytes: a recorded outcome');
  for (const { what, bytes } of wholeAnswers)
    for (const how of ['ends', 'resets'] as const) print(await cutsRow(what, bytes, how));
  title('A receiver over TLS whose certificate is not good: unreachable, and why');
  for (const shown of refusedCertificates) print(await certificateRow(shown));
  title('The local queue, while a tarpit has 1,000 events: at most a fifth slower');
  print(await delayRow());
  title('The local queue, while 1,000 names have a name server that never answers: at most a second later');
  print(await deadNamesRow());
  await requests();
}

function title(text: string): void {
  console.log(`\n${text}\n`);
}

function print({ what, outcome, figure, holds }: Row): void {
  console.log(`${holds ? 'holds ' : 'BROKEN'}  ${what.padEnd(56)}  ${outcome.padEnd(14)}  ${figure}`);
  if (!holds) process.exitCode = 1;
}

async function tarpitRow({ does, open }: HostileReceiver): Promise<Row> {
  const { url, resolve, close } = await open();
  const caller = strangerCaller(resolve);
  const calls = Array.from({ length: CALLS_TO_A_TARPIT }, async () => {
    const startedAt = performance.now();
    const { outcome } = await caller.call(url, TIMEOUT);
    return { outcome, over: performance.now() - startedAt - TIMEOUT };
  });
  const ended = await Promise.all(calls);
  close();
  const outcome = oneOf(ended);
  const over = Math.max(...ended.map((call) => call.over));
  const holds = outcome === 'timed_out' && over <= MOST_LATE;
  return { what: does, outcome, figure: `${over.toFixed(0)} ms over`, holds };
}

async function bombRow({ does, outcome, open }: Bomb): Promise<Row> {
  const { url, close } = await open();
  const options = ['--url', url, '--calls', String(CALLS_TO_A_BOMB), '--timeout', String(LONG_TIMEOUT)];
  const { ended, printed } = runProcess(process.execPath, [MANY_CALLS, ...options]);
  const exitCode = await ended;
  close();
  if (exitCode !== 0) return { what: does, outcome: 'crashed', figure: printed(), holds: false };
  const { outcomes, growth, bodyBytes, headerBytes } = JSON.parse(printed()) as ManyCalls;
  const kept = `${kib(bodyBytes)} + ${kib(headerBytes)} KiB kept`;
  return {
    what: does,
    outcome: outcomes.join(', '),
    figure: `${(growth / KB / KB).toFixed(0).padStart(2)} MiB, ${kept}`,
    holds: outcomes.join() === outcome && growth < MOST_GROWTH && bodyBytes <= MOST_BODY && headerBytes <= MOST_HEADERS,
  };
}

async function lieRow({ what, bytes, outcome, says }: LyingAnswer): Promise<Row> {
  const { url, close } = await openTcpReceiver((socket) => socket.end(bytes, 'latin1'));
  const result = await strangerCaller().call(url, LONG_TIMEOUT);
  close();
  return { what, outcome: result.outcome, figure: reasonOf(result), holds: isAsSaid(result, outcome, says) };
}

async function cutsRow(what: string, bytes: string, how: Cut['how']): Promise<Row> {
  const { call } = strangerCaller();
  const outcomes = new Map<string, number>();
  for (let length = 0; length <= bytes.length; length++) {
    const { url, close } = await cuttingReceiver(bytes, { length, how });
    const { outcome } = await call(url, LONG_TIMEOUT);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    close();
  }
  const figure = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const holds = figure === `1 unreachable, ${bytes.length - 1} invalid_answer, 1 answered`;
  return { what: `${what}, the connection ${how}`, outcome: '', figure, holds };
}

async function certificateRow({ what, file, host, says }: ShownCertificate): Promise<Row> {
  const distrust = trustTestAuthority();
  const { port, close } = await openTlsReceiver(file);
  const result = await strangerCaller(resolveToThisMachine).call(`https://${host}:${port}/`, LONG_TIMEOUT);
  close();
  distrust();
  return { what, outcome: result.outcome, figure: reasonOf(result), holds: isAsSaid(result, 'unreachable', says) };
}

/**
 * Compares the fastest of several runs beside a tarpit and alone, because other work of the machine disturbed it least.
 */
async function delayRow(): Promise<Row> {
  const alone: number[] = [];
  const beside: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    alone.push(await timeToDeliver({ besideTarpit: false }));
    beside.push(await timeToDeliver({ besideTarpit: true }));
  }
  const [fastestAlone, fastestBeside] = [Math.min(...alone), Math.min(...beside)];
  const slower = fastestBeside / fastestAlone;
  const figure = `${fastestBeside.toFixed(0)} ms, and ${fastestAlone.toFixed(0)} ms alone: ${slower.toFixed(2)} times`;
  return { what: '1,000 events for a good host', outcome: '', figure, holds: slower <= MOST_SLOWER };
}

/** Compares the medians of several runs beside dead names and alone, which are made in turns. */
async function deadNamesRow(): Promise<Row> {
  const alone: number[] = [];
  const beside: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    alone.push(await besideDeadNames({ dead: false }));
    beside.push(await besideDeadNames({ dead: true }));
  }
  const [usually, besideDead] = [medianOf(alone) ?? 0, medianOf(beside) ?? 0];
  const figure = `${besideDead.toFixed(0)} ms, and ${usually.toFixed(0)} ms alone`;
  const holds = besideDead - usually <= MOST_LATE_BESIDE_DEAD_NAMES;
  return { what: '100 events for a healthy host, by its name', outcome: '', figure, holds };
}

function oneOf(results: readonly { readonly outcome: string }[]): string {
  return [...new Set(results.map(({ outcome }) => outcome))].join(', ');
}

function kib(bytes: number): string {
  return (bytes / KB).toFixed(0).padStart(2);
}

function reasonOf(result: CallResult): string {
  return result.outcome === 'answered' ? `status ${result.answer.statusCode}` : result.error;
}

function isAsSaid(result: CallResult, outcome: string, says: RegExp | number): boolean {
  return (
    result.outcome === outcome && new RegExp(says instanceof RegExp ? says : `^status ${says}$`).test(reasonOf(result))
  );
}
