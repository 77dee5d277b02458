import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { PROJECT } from './project.ts';

type Licensed = { readonly name: string; readonly version: string; readonly license: string; readonly text: string };

/** Packages whose files are copied into the package, so that no bundle names them. */
const COPIED = ['swagger-ui-dist'];

/** Returns the licences of every package that the bundles contain, each text once. */
export function licencesOf(metafiles: readonly Metafile[]): string {
  const names = new Set([...COPIED, ...metafiles.flatMap(bundledPackages)]);
  const texts = Map.groupBy([...names].sort().map(licenceOf), ({ text }) => text);
  const parts = [...texts].map(([text, packages]) => `${packages.map(titleOf).join('\n')}\n\n${text}`);
  return [`The npm package contains code of these packages, under these licences.`, ...parts].join(
    `\n\n${'-'.repeat(80)}\n\n`,
  );
}

/** Returns the names of the packages of which a bundle contains code. */
function bundledPackages({ outputs }: Metafile): readonly string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  return files.flatMap((path) => {
    const [, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return name === undefined ? [] : [name];
  });
}

function titleOf({ name, version, license }: Licensed): string {
  return `${name} ${version} (${license})`;
}

function licenceOf(name: string): Licensed {
  const folder = join(PROJECT, 'node_modules', name);
  const { version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name} does not say under which licence it is.`);
  const files = readdirSync(folder).filter(
    (file) => /licen[cs]e|^notice/i.test(file) && !/es-bundle|standalone/.test(file),
  );
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return { name, version, license, text: texts.join('\n\n') || withoutText(license, author) };
}

function withoutText(license: string, author: string | { readonly name: string } | undefined): string {
  const who = typeof author === 'string' ? author : author?.name;
  return `Its package has no text of the licence ${license}.${who === undefined ? '' : ` Its author is ${who}.`}`;
}
