import { parseArgs } from 'node:util';

export type Options = {
  readonly port: number;
  /** The folder of the table; without one, nothing is written to disk. */
  readonly dataFolder: string | undefined;
  readonly privateTargets: boolean;
  /**
   * How many calls one host gets at the same time.
   * @default 50
   */
  readonly maxCallsPerHost?: number;
  /**
   * How many calls all hosts together get at the same time.
   * @default a third of the files and connections that the process may have open, 2,000 at most
   */
  readonly maxCalls?: number;
};

export const help = `Event Queue on your own machine: the whole queue in one process.

  npm start -- [options]

  --port <number>                where it listens on 127.0.0.1 (default 3000; 0 takes any free port)
  --data <folder>                where events are kept (default ./.data)
  --memory                       keeps events in memory only: nothing on disk, nothing after a restart
  --no-private-targets           refuses URLs on private addresses, as the cloud does
  --max-calls-per-host <number>  how many calls one host (with its port) gets at the same time (default 50);
                                 names that lead to one address are counted apart
  --max-calls <number>           how many calls all hosts together get at the same time (default a third of the files
                                 and connections that the process may have open, 2000 at most)
  --help                         shows this

The API key is demo.`;

const DEFAULT_PORT = '3000';
export const DEFAULT_DATA_FOLDER = './.data';

/** What was asked for on the command line, or what is wrong with it. */
export function parseOptions(args: readonly string[]): Options | { help: true } | { mistake: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        port: { type: 'string', default: DEFAULT_PORT },
        data: { type: 'string' },
        memory: { type: 'boolean', default: false },
        'private-targets': { type: 'boolean', default: true },
        'max-calls-per-host': { type: 'string' },
        'max-calls': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { help: true };
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      return { mistake: `--port takes a number from 0 to 65535, not ${values.port}.` };
    }
    const mostPerHost = values['max-calls-per-host'];
    const most = values['max-calls'];
    for (const [option, value] of Object.entries({ 'max-calls-per-host': mostPerHost, 'max-calls': most })) {
      if (value !== undefined && !/^[1-9]\d{0,5}$/.test(value))
        return { mistake: `--${option} takes a whole number from 1 on, not ${value}.` };
    }
    if (values.memory && values.data !== undefined) {
      return { mistake: '--memory keeps nothing in a folder: give --data or --memory, not both.' };
    }
    return {
      port: Number(values.port),
      dataFolder: values.memory ? undefined : (values.data ?? DEFAULT_DATA_FOLDER),
      privateTargets: values['private-targets'],
      ...(mostPerHost !== undefined && { maxCallsPerHost: Number(mostPerHost) }),
      ...(most !== undefined && { maxCalls: Number(most) }),
    };
  } catch (error) {
    return { mistake: `${(error as Error).message.replace(/\.?$/, '.')} See npm start -- --help.` };
  }
}
