import { parseArgs } from 'node:util';
import { settingsBounds } from '../core/settings.ts';
import { commandNames, type Distribution } from './distribution.ts';
import type { LogOptions } from './log.ts';

export type Options = {
  readonly port: number;
  /** The folder of the table; undefined keeps the table in memory. */
  readonly dataFolder: string | undefined;
  readonly privateTargets: boolean;
  /**
   * The largest number of calls that one host gets at the same time.
   *
   * @default 50
   */
  readonly maxCallsPerHost?: number;
  /**
   * The largest number of calls that all hosts together get at the same time.
   *
   * @default A third of the files and connections that the process may have open, but at most 2,000.
   */
  readonly maxCalls?: number;
  /**
   * The seconds for which an event can be read after it failed for good, unless it has a `keep_failed_for` of its own.
   *
   * @default The event can be read for its `keep_result_for`.
   */
  readonly keepFailedFor?: number;
  /**
   * The longest `timeout_for_request` that an event may ask for, in seconds.
   *
   * @default 6
   */
  readonly maxTimeoutSeconds?: number;
};

export type CommandLine = Options & { readonly logging: LogOptions };

export function helpText({ dataFolder, typed }: Distribution): string {
  return `Event Queue on your own machine: the whole queue in one process.

  ${typed('start', '[options]')}

  --port <number>                where it listens on 127.0.0.1 (default 3000; 0 takes any free port)
  --data <folder>                where events are kept (default ${dataFolder})
  --memory                       keeps events in memory only: nothing on disk, nothing after a restart
  --no-private-targets           refuses URLs on private addresses, as the cloud does
  --max-calls-per-host <number>  how many calls one host (with its port) gets at the same time (default 50);
                                 names that lead to one address are counted apart
  --max-calls <number>           how many calls all hosts together get at the same time (default a third of the files
                                 and connections that the process may have open, 2000 at most)
  --max-timeout <seconds>        the longest timeout_for_request that an event may ask for, 1 to 840 (default 6)
  --keep-failed <seconds>        for how long events stay readable after they failed for good, 60 to 7776000, which are
                                 90 days (default as every other result); keep_failed_for of an event wins
  --quiet                        prints no line when an event fails for good, and no summaries
  --log <text | json>            how it prints what happens: lines of text, or of JSON for a program (default text)
  --version                      shows the version
  --help                         shows this

The console is at the same address, in a browser. The API key is demo.

Other commands, each of which explains itself with --help:

${commandNames
  .filter((name) => name !== 'start')
  .map((name) => `  ${typed(name, '--help')}`)
  .join('\n')}`;
}

const DEFAULT_PORT = '3000';
/** The smallest and the largest number that `--max-calls` and `--max-calls-per-host` accept. */
const CALLS = [1, 999_999] as const;

/** Parses the command line. A `mistake` tells the user what is wrong with it. */
export function parseOptions(
  args: readonly string[],
  { dataFolder, typed }: Pick<Distribution, 'dataFolder' | 'typed'>,
): CommandLine | { mistake: string } {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        port: { type: 'string', default: DEFAULT_PORT },
        data: text,
        memory: { type: 'boolean', default: false },
        'private-targets': { type: 'boolean', default: true },
        'max-calls-per-host': text,
        'max-calls': text,
        'keep-failed': text,
        'max-timeout': text,
        quiet: { type: 'boolean', default: false },
        log: { type: 'string', default: 'text' },
      },
    });
    return optionsOf(values, dataFolder);
  } catch (error) {
    return { mistake: `${(error as Error).message.replace(/\.?$/, '.')} See ${typed('start', '--help')}.` };
  }
}

type Given = {
  readonly port: string;
  readonly data?: string;
  readonly memory: boolean;
  readonly 'private-targets': boolean;
  readonly 'max-calls-per-host'?: string;
  readonly 'max-calls'?: string;
  readonly 'keep-failed'?: string;
  readonly 'max-timeout'?: string;
  readonly quiet: boolean;
  readonly log: string;
};

function optionsOf(given: Given, defaultFolder: string): CommandLine {
  const { port, data, memory, log: format } = given;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port takes a number from 0 to 65535, not ${port}.`);
  if (memory && data !== undefined)
    throw new Error('--memory keeps nothing in a folder: give --data or --memory, not both.');
  if (format !== 'text' && format !== 'json') throw new Error(`--log takes text or json, not ${format}.`);
  const maxCallsPerHost = wholeNumber('max-calls-per-host', given['max-calls-per-host'], CALLS);
  const maxCalls = wholeNumber('max-calls', given['max-calls'], CALLS);
  const keepFailedFor = wholeNumber('keep-failed', given['keep-failed'], settingsBounds.keepFailedFor);
  const maxTimeoutSeconds = wholeNumber('max-timeout', given['max-timeout'], settingsBounds.maxTimeoutSeconds);
  return {
    port: Number(port),
    dataFolder: memory ? undefined : (data ?? defaultFolder),
    privateTargets: given['private-targets'],
    logging: { format, isQuiet: given.quiet },
    ...(maxCallsPerHost !== undefined && { maxCallsPerHost }),
    ...(maxCalls !== undefined && { maxCalls }),
    ...(keepFailedFor !== undefined && { keepFailedFor }),
    ...(maxTimeoutSeconds !== undefined && { maxTimeoutSeconds }),
  };
}

/** Parses a value that may be absent. Throws an error for the user unless it is a whole number between the bounds. */
function wholeNumber(option: string, value: string | undefined, [least, most]: readonly [number, number]) {
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`--${option} takes a whole number from ${least} to ${most}, not ${value}.`);
}
