import { execFile, type SpawnOptions, spawn } from 'node:child_process';
import { mkdir, mkdtemp, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { DIST } from '../../package/project.ts';

/** The bytes that a program may print. */
const MOST_PRINTED = 64 * 1_024 * 1_024;
/** The last version of Node 20, for which there is no such queue. */
const TOO_OLD_NODE = '20.19.5';

/** Variables of this environment that a project does not get. */
const NOT_KEPT = /^(npm_.*|NODE|NODE_OPTIONS|NODE_PATH|INIT_CWD|AWS_.*|CDK_.*)$/i;
const KEPT_OF_NPM = /^npm_config_(cache|cafile|registry|userconfig|globalconfig|.*proxy)$/i;

/** The packed package, and what its checks need to try it outside of the repository. */
export type PackedPackage = {
  /** The path of the tarball that `npm publish` would send. */
  readonly tarball: string;
  /** The programs of Node that the package is tried with. `tooOld` is one that it refuses. */
  readonly nodes: Readonly<Record<NodeName, string>>;
  /**
   * Makes a project in an empty folder of its own.
   *
   * @param fields the package.json of the project
   * @param node which Node its programs run on; `newest` by default
   */
  project(fields?: object, node?: NodeName): Promise<Project>;
};

export type NodeName = 'oldest' | 'newest' | 'tooOld';

/** A project outside of the repository, with a home folder, and programs that find nothing of the repository. */
export type Project = {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Writes a file of the project. */
  write(file: string, text: string): Promise<void>;
  /** Installs packages by npm, for example the tarball. */
  install(...packages: readonly string[]): Promise<void>;
  /** Runs a program in the folder, and resolves with what it printed. Rejects with all that it printed if it fails. */
  run(program: string, ...words: readonly string[]): Promise<string>;
  /** Starts a program in the folder, in a process group of its own. */
  start(program: string, ...words: readonly string[]): Started;
};

type Started = {
  /** Returns everything that the program has printed so far. */
  printed(): string;
  /** Resolves with the first group of the pattern as soon as the output matches. Rejects if the program ends before. */
  sees(pattern: RegExp): Promise<string>;
  /** Ends the program and the programs that it started, and resolves when it has ended. */
  stop(): Promise<void>;
};

type Options = {
  /** The folder for the tarball and for the projects. */
  readonly folder: string;
  /** The oldest version of Node that the package supports. */
  readonly oldestNode: string;
};

/** Packs what `npm run build` has built, and installs the programs of Node that it is tried with. */
export async function pack({ folder, oldestNode }: Options): Promise<PackedPackage> {
  const start = await openProject(join(folder, 'programs'), process.execPath);
  const printed = await start.run('npm', 'pack', DIST, '--json', '--pack-destination', folder);
  const [{ filename }] = JSON.parse(printed) as [{ readonly filename: string }];
  const nodes = {
    newest: process.execPath,
    oldest: await nodeProgram(start, oldestNode),
    tooOld: await nodeProgram(start, TOO_OLD_NODE),
  };
  return {
    tarball: join(folder, filename),
    nodes,
    async project(fields = {}, node = 'newest') {
      const project = await openProject(await mkdtemp(join(folder, 'project-')), nodes[node]);
      await project.write(
        'package.json',
        JSON.stringify({ name: 'tried', version: '1.0.0', private: true, ...fields }),
      );
      return project;
    },
  };
}

/** Installs a version of Node from the package that has its program for this machine. */
async function nodeProgram(project: Project, version: string): Promise<string> {
  const name = `node-${version}`;
  await project.install(`${name}@npm:node-${process.platform}-${process.arch}@${version}`);
  return join(project.folder, 'node_modules', name, 'bin/node');
}

async function openProject(folder: string, node: string): Promise<Project> {
  const [home, programs] = [join(folder, '..', 'home'), join(folder, '.programs')];
  await Promise.all([home, programs].map((path) => mkdir(path, { recursive: true })));
  await symlink(node, join(programs, 'node'));
  const environment = environmentFor(home, programs);
  const options = { cwd: folder, env: environment, maxBuffer: MOST_PRINTED };

  async function run(program: string, ...words: readonly string[]): Promise<string> {
    const running = promisify(execFile)(program, [...words], options);
    const { stdout } = await running.catch(({ stdout: printed = '', stderr = '', message }) => {
      throw new Error(`${program} ${words.join(' ')} failed: ${`${printed}${stderr}`.trim().slice(-3_000) || message}`);
    });
    return stdout;
  }

  return {
    folder,
    environment,
    run,
    async write(file, text) {
      await mkdir(join(folder, file, '..'), { recursive: true });
      await writeFile(join(folder, file), text);
    },
    install: async (...packages) => void (await run('npm', 'install', '--no-audit', '--no-fund', ...packages)),
    start: (program, ...words) => startProgram(program, words, { cwd: folder, env: environment }),
  };
}

/**
 * Returns the environment of a project. It has nothing of the repository and nothing of the npm script that runs this
 * program, but npm's settings of where packages come from and where they are cached.
 */
function environmentFor(home: string, programs: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !NOT_KEPT.test(name) || KEPT_OF_NPM.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !/node_modules|node-gyp-bin/.test(part));
  return { ...Object.fromEntries(kept), HOME: home, PATH: [programs, ...path].join(delimiter) };
}

function startProgram(program: string, words: readonly string[], options: SpawnOptions): Started {
  const child = spawn(program, [...words], { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      child.emit('printed');
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));

  async function sees(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(printed);
      if (found !== null) return found[1] ?? found[0];
      const news = new Promise<'printed'>((resolve) => child.once('printed', () => resolve('printed')));
      const what = await Promise.race([news, ended]);
      if (what === undefined && !pattern.test(printed)) throw new Error(`${program} ended, and printed: ${printed}`);
    }
  }

  async function stop(): Promise<void> {
    try {
      process.kill(-(child.pid ?? 0), 'SIGTERM');
    } catch {
      // The program has ended by itself.
    }
    await ended;
  }

  return { printed: () => printed, sees, stop };
}

/** Returns the bytes of a file. */
export async function bytesOf(file: string): Promise<number> {
  return (await stat(file)).size;
}
