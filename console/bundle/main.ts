// Writes the bundled console to a folder: node console/bundle/main.ts <folder>

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleFiles } from '../../api/pages/package-files.ts';
import { bundleConsole } from './bundle.ts';

const [folder = '.'] = process.argv.slice(2);
const { page, script, style } = await bundleConsole();
await Promise.all([
  writeFile(join(folder, consoleFiles.page), page),
  writeFile(join(folder, consoleFiles.script), script),
  writeFile(join(folder, consoleFiles.style), style),
]);
