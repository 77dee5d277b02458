import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Entry, entries } from './entries.ts';
import { PROJECT } from './project.ts';

const TSC = join(PROJECT, 'node_modules/typescript/bin/tsc');

/** Writes the declarations of the modules that the package exports: those of their rooms that are needed, and no others. */
export function writeDeclarations(folder: string): void {
  const emitted = mkdtempSync(join(tmpdir(), 'event-queue-declarations-'));
  try {
    emit(emitted);
    for (const entry of entries) copyReachable(entry, emitted, folder);
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

/** Writes the declarations of the entries, and of all that they import, at the paths of their sources. */
function emit(folder: string): void {
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: PROJECT,
    outDir: folder,
    typeRoots: [join(PROJECT, 'node_modules/@types')],
    customConditions: ['packaged'],
  };
  const files = entries.map(({ source }) => join(PROJECT, source));
  writeFileSync(
    config,
    JSON.stringify({ extends: join(PROJECT, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  execFileSync(process.execPath, [TSC, '-p', config], { cwd: PROJECT, stdio: 'inherit' });
}

/** Copies the declarations of an entry, and those of its room that they name. */
function copyReachable(entry: Entry, emitted: string, folder: string): void {
  const room = dirname(entry.source);
  const waiting = [entry.source.replace(/\.ts$/, '.d.ts')];
  for (const file of waiting) {
    const text = readFileSync(join(emitted, file), 'utf8');
    for (const imported of importsOf(text)) {
      if (!imported.startsWith('.')) requirePeer(entry, file, imported);
      else if (!isIn(room, file, imported)) throw new Error(`${file} names ${imported}, which is not in ${room}.`);
      else waiting.push(...missing(waiting, join(dirname(file), imported).replace(/\.ts$/, '.d.ts')));
    }
    const copy = join(folder, entry.folder, relative(room, file));
    mkdirSync(dirname(copy), { recursive: true });
    // A project that compiles against the declarations knows no files but these.
    writeFileSync(
      copy,
      text.replaceAll(SPECIFIER, (whole) => whole.replace(/\.ts(['"])$/, '.js$1')),
    );
  }
}

const SPECIFIER = /(?:\bfrom |\bimport\(|^import )['"]([^'"]+)['"]/gm;

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(SPECIFIER)].map(([, specifier = '']) => specifier);
}

function isIn(room: string, file: string, imported: string): boolean {
  return !relative(room, join(dirname(file), imported)).startsWith('..');
}

function missing(known: readonly string[], file: string): readonly string[] {
  return known.includes(file) ? [] : [file];
}

function requirePeer({ peers }: Entry, file: string, imported: string): void {
  if (peers.some((name) => imported === name || imported.startsWith(`${name}/`))) return;
  throw new Error(`${file} names ${imported}, which a project that uses the package need not have.`);
}
