import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleConsole } from '../console/bundle/bundle.ts';
import { bundleFunction, functionNames } from './bundle-function.ts';
import { bundleModules } from './bundle-modules.ts';
import { writeDeclarations } from './declarations.ts';
import { writeDocuments } from './documents.ts';
import { COMMAND } from './entries.ts';
import { licencesOf } from './licences.ts';
import { manifest } from './manifest.ts';
import { PROJECT } from './project.ts';
import { writeSiteFiles } from './site-files.ts';

/** Builds the npm package into a folder, in place of what the folder contains. */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const modules = await bundleModules(folder);
  writeSiteFiles(join(folder, COMMAND.folder));
  const functions = functionNames.map((name) => bundleFunction(name, join(folder, 'functions', name)));
  // The functions are CommonJS, and the package is not. Lambda gets the folder of a function alone.
  writeJson(join(folder, 'functions/package.json'), { type: 'commonjs' });
  const { metafile: consoleMetafile } = await bundleConsole();
  writeDeclarations(folder);
  writeJson(join(folder, 'package.json'), manifest());
  writeFileSync(
    join(folder, 'THIRD-PARTY-LICENCES.txt'),
    `${licencesOf([...modules, ...functions, consoleMetafile])}\n`,
  );
  for (const file of ['LICENSE', 'CHANGELOG.md']) copyFileSync(join(PROJECT, file), join(folder, file));
  copyFileSync(join(PROJECT, 'package/README.md'), join(folder, 'README.md'));
  writeDocuments(folder);
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
