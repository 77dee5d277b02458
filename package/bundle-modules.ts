import { type BuildOptions, build, type Metafile } from 'esbuild';
import { COMMAND, type Entry, entries, fileOf } from './entries.ts';
import { PROJECT } from './project.ts';

/** The oldest version of Node that the package supports: its SQLite has time-outs and backups. */
export const OLDEST_NODE = '22.16.0';

/** Bundles every module that the package exports, and the command, into a folder. */
export async function bundleModules(folder: string): Promise<readonly Metafile[]> {
  return Promise.all([...entries.map((entry) => bundleEntry(entry, folder)), bundleCommand(folder)]);
}

const common: BuildOptions & { readonly metafile: true } = {
  absWorkingDir: PROJECT,
  bundle: true,
  format: 'esm',
  sourcemap: true,
  // The package has its own files in place of those that need the repository.
  conditions: ['packaged'],
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

async function bundleEntry(entry: Entry, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
    entryPoints: [entry.source],
    outfile: `${folder}/${fileOf(entry, '.js')}`,
    external: entry.peers.flatMap((name) => [name, `${name}/*`]),
    // Only the construct runs nowhere but on Node.
    ...(entry.peers.length > 0
      ? { platform: 'node', target: `node${OLDEST_NODE}` }
      : { platform: 'neutral', target: 'es2022' }),
  });
  return metafile;
}

async function bundleCommand(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
    entryPoints: [COMMAND.source, 'adapters/sqlite-writer.ts'],
    outdir: `${folder}/${COMMAND.folder}`,
    entryNames: '[name]',
    // Each command is loaded alone, and what several of them need is there once.
    splitting: true,
    platform: 'node',
    target: `node${OLDEST_NODE}`,
    // Packages that are written for CommonJS load modules of Node by a function of this name.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  return metafile;
}
