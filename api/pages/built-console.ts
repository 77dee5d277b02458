import { readFile } from 'node:fs/promises';
import type { ConsoleFiles } from './console-site.ts';
import { consoleFiles } from './package-files.ts';

/** Reads the files of the console from the folder of the bundle, where the deployment has built them. */
export async function builtConsole(): Promise<ConsoleFiles> {
  const read = (name: string) => readFile(new URL(name, import.meta.url));
  const [page, script, style] = await Promise.all([
    read(consoleFiles.page),
    read(consoleFiles.script),
    read(consoleFiles.style),
  ]);
  return { page: page.toString(), script, style };
}
