import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, test } from '@jest/globals';

const CONSOLE = new URL('../../console/', import.meta.url);
const sheets = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'));
const textOf = (path: string) => readFileSync(new URL(path, CONSOLE), 'utf8');

/** The sheets of a screen belong together. Those for all screens are apart. */
function ownerOf(sheet: string): string {
  return sheet.startsWith('screens/') ? dirname(sheet) : sheet;
}

test('no two screens style the same class, because the classes of all screens are in one file', () => {
  const owners = new Map<string, Set<string>>();
  for (const sheet of sheets) {
    for (const [, name = ''] of textOf(sheet).matchAll(/^ *\.([a-z][a-z-]*)/gm)) {
      owners.set(name, (owners.get(name) ?? new Set()).add(ownerOf(sheet)));
    }
  }
  expect(owners.size).toBeGreaterThan(50);
  expect([...owners].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files])).toEqual([]);
});

test('colours come from the tokens, so that they follow the theme', () => {
  const colours = sheets.flatMap((sheet) =>
    [...textOf(sheet).matchAll(/(#[\da-f]{3,8}\b|light-dark\()/g)].map(([colour]) => `${basename(sheet)}: ${colour}`),
  );
  expect(new Set(colours)).toEqual(new Set(['base.css: #ffffff', 'shell.css: #ffffff']));
});
