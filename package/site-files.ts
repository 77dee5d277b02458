import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { ownFiles, packageFiles } from '../api/pages/package-files.ts';
import { PROJECT } from './project.ts';

/** Writes the files of the documentation pages and of the console into the folder of a bundle, which serves them. */
export function writeSiteFiles(folder: string): void {
  const { resolve } = createRequire(import.meta.url);
  const own = Object.values(ownFiles).map((name) => join(PROJECT, 'api/pages', name));
  const ofPackages = Object.values(packageFiles).map((path) => resolve(path));
  for (const file of [...own, ...ofPackages]) copyFileSync(file, join(folder, basename(file)));
  execFileSync(process.execPath, [join(PROJECT, 'console/bundle/main.ts'), folder], { stdio: 'inherit' });
}
