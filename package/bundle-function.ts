import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { PROJECT } from './project.ts';
import { writeSiteFiles } from './site-files.ts';

export const functionNames = ['publish', 'read', 'manage', 'site', 'dispatch', 'deliver'] as const;
/** The name of a deployed function, which is the name of its file in lambdas. */
export type FunctionName = (typeof functionNames)[number];

/**
 * Packages that the SDK imports only when it finds no credentials in the environment. Lambda puts the credentials of a
 * function's role there, so bundles leave these packages out; they would be a fifth of a bundle.
 */
const OTHER_CREDENTIALS = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * Writes the code of a deployed function into a folder: its bundle, the source map and, for `site`, the files of its
 * pages. The same source gives the same bytes in every folder, so the code has the same hash wherever it was bundled.
 */
export function bundleFunction(name: FunctionName, folder: string): Metafile {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [`lambdas/${name}.ts`],
    // The source map names the sources relative to this path, so the folder must not be a part of it.
    outfile: `functions/${name}/index.js`,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // An ES module that imports a built-in module touches all its exports, and Node loads parts that it otherwise
    // loads on first use. CommonJS avoids that, so the function starts faster.
    format: 'cjs',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    mainFields: ['module', 'main'],
    external: OTHER_CREDENTIALS,
    banner: { js: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'bundleUrl' },
    metafile: true,
    logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
  if (name === 'site') writeSiteFiles(folder);
  return metafile;
}
