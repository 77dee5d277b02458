import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const LOOK_FOR_PARENT_EVERY = 1_000;
const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

export type LocalProcess = {
  readonly pid: number | undefined;
  /** Returns everything that the process has printed so far. */
  printed(): string;
  /** Resolves with the first group, or the match, as soon as the output matches. Rejects if the process ends before. */
  sees(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

export type ServingProcess = LocalProcess & { readonly url: string };

/** Runs the local runtime in a process of its own. */
export function runLocalProcess(args: readonly string[], surroundings: Surroundings = {}): LocalProcess {
  return runProcess(process.execPath, [MAIN, ...args], surroundings);
}

type Surroundings = {
  /** The variables that are added to the environment of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  /** @default the working directory of this process */
  readonly folder?: string;
};

export function runProcess(
  command: string,
  args: readonly string[],
  { environment, folder }: Surroundings = {},
): LocalProcess {
  const env = { ...plainEnvironment(), ...environment };
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: folder });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      child.emit('printed');
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);

  async function sees(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(printed);
      if (found !== null) return found[1] ?? found[0];
      const why = await Promise.race([once(child, 'printed').then(() => undefined), ended]);
      if (why !== undefined && !pattern.test(printed)) throw new Error(`It ended (${why}) and printed: ${printed}`);
    }
  }

  return { pid: child.pid, printed: () => printed, sees, kill: (signal) => child.kill(signal), ended };
}

/** Runs the local runtime on a free port, in a process of its own. Resolves when it serves. */
export async function serveInProcess(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<ServingProcess> {
  return serving(runLocalProcess(['--port', '0', ...args], surroundings));
}

export async function serving(running: LocalProcess): Promise<ServingProcess> {
  return { ...running, url: await running.sees(/listens on (\S+)/) };
}

/** Ends this process within a second after its parent has ended, also if the parent was killed. */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.exit(), LOOK_FOR_PARENT_EVERY).unref();
}

/** Returns the environment of this process without the `NODE_OPTIONS` that a test runner sets for itself. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, ...environment } = process.env;
  return environment;
}
