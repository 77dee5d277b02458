import type { ConsoleFiles } from '../api/pages/console-site.ts';

/** What differs between the commands of this repository and those of the npm package. */
export type Distribution = {
  readonly version: string;
  /** The folder in which events are kept unless the user names another. */
  readonly dataFolder: string;
  readonly readConsole: () => Promise<ConsoleFiles>;
  /**
   * Returns what a user types to start a command, for help and messages, for example `npm run keys -- list` for the
   * command `keys` with the words `list`.
   */
  readonly typed: (command: CommandName, words?: string) => string;
};

export const commandNames = ['start', 'keys', 'backup', 'purge', 'demo'] as const;
export type CommandName = (typeof commandNames)[number];

/** Runs a command with the words that stand behind its name. Sets the exit code of the process if it fails. */
export type Command = (words: readonly string[], distribution: Distribution) => Promise<void>;
