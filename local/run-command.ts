import { type Command, type CommandName, commandNames, type Distribution } from './distribution.ts';
import { isHelpAsked } from './help-if-asked.ts';

/** The commands. A command is loaded when it is run, so that none of them waits for the packages of another. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  start: async () => (await import('./start.ts')).start,
  keys: async () => (await import('./keys.ts')).keys,
  backup: async () => (await import('./backup.ts')).backUp,
  purge: async () => (await import('./purge.ts')).purge,
  demo: async () => (await import('./demo.ts')).demo,
};

/** Runs the command that the first word names. Without one, it is `start`. */
export async function runCommand(words: readonly string[], distribution: Distribution): Promise<void> {
  const [first = 'start', ...others] = words;
  if (first === '--version') return console.log(distribution.version);
  if (isCommandName(first)) return run(first, others, distribution);
  if (first.startsWith('-') || isHelpAsked()) return run('start', words, distribution);
  const all = commandNames.join(', ');
  console.error(`There is no command ${first}, only ${all}. See ${distribution.typed('start', '--help')}.`);
  process.exitCode = 2;
}

async function run(name: CommandName, words: readonly string[], distribution: Distribution): Promise<void> {
  const command = await commands[name]();
  return command(words, distribution);
}

function isCommandName(word: string): word is CommandName {
  return (commandNames as readonly string[]).includes(word);
}
