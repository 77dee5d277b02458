import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, stop } from 'esbuild';

/** The page of the console, and its script and style sheet, each in one minified file. */
type Bundle = {
  readonly page: string;
  readonly script: Uint8Array;
  readonly style: Uint8Array;
  /** What the script and the style sheet were made of. */
  readonly metafile: Metafile;
};

const CONSOLE = fileURLToPath(new URL('..', import.meta.url));

let bundled: Promise<Bundle> | undefined;

/** Bundles the console in memory, in some tenths of a second: once in a process, and again only after a failure. */
export function bundleConsole(): Promise<Bundle> {
  bundled ??= bundle().catch((error: unknown) => {
    bundled = undefined;
    throw error;
  });
  return bundled;
}

async function bundle(): Promise<Bundle> {
  const [page, { outputFiles, metafile }] = await Promise.all([
    readFile(`${CONSOLE}index.html`, 'utf8'),
    build({
      absWorkingDir: CONSOLE,
      entryPoints: { console: 'main.tsx' },
      outdir: '.',
      bundle: true,
      write: false,
      minify: true,
      format: 'esm',
      target: 'es2022',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      charset: 'utf8',
      legalComments: 'none',
      metafile: true,
      logLevel: 'silent',
      // The defaults of the project are those of its server.
      tsconfigRaw: {},
    }),
  ]);
  // Otherwise a process of esbuild would wait for more work as long as this one lives.
  await stop();
  return { page, script: fileIn(outputFiles, '.js'), style: fileIn(outputFiles, '.css'), metafile };
}

type OutputFile = { readonly path: string; readonly contents: Uint8Array };

function fileIn(files: readonly OutputFile[], extension: string): Uint8Array {
  const found = files.find(({ path }) => path.endsWith(extension));
  if (found === undefined) throw new Error(`The bundle of the console has no ${extension} file.`);
  return found.contents;
}
