import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const PAGE = read('docs/security.md');
const rows = /\| who \|.*?\n\n/s
  .exec(PAGE)?.[0]
  .trim()
  .split('\n')
  .slice(2)
  .map((row) => row.split('|').map((cell) => cell.trim()));
const named = (rows ?? []).flatMap((cells) => testsIn(cells[4] ?? ''));

describe('the threat model', () => {
  test('has a test for each row', () => {
    expect(rows?.length).toBeGreaterThanOrEqual(13);
    for (const cells of rows ?? []) {
      expect(cells).toHaveLength(6);
      expect([cells[1], testsIn(cells[4] ?? '').length > 0]).toEqual([cells[1], true]);
    }
  });

  test.each(named)('names a test that exists: $name in $file', ({ file, name }) => {
    expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
    expect(read(file)).toMatch(titlePattern(name));
  });

  test('would not be content with any name', () => {
    expect(read('test/local/other-sites.test.ts')).not.toMatch(titlePattern('changes everything'));
    expect(read('test/local/other-sites.test.ts')).not.toMatch(titlePattern('changes'));
  });
});

describe('a dependency', () => {
  const { dependencies, devDependencies, allowScripts } = JSON.parse(read('package.json')) as Record<string, object>;

  test('is at one version, and named on the page with what it is for', () => {
    const [, table = ''] = /## Dependencies\n(.*?)\n## /s.exec(PAGE) ?? [];
    const described = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names = '']) =>
      names.split(', ').map((name) => name.replaceAll('`', '')),
    );
    expect(described.toSorted()).toEqual(Object.keys(dependencies ?? {}).toSorted());
    for (const version of Object.values({ ...dependencies, ...devDependencies })) expect(version).toMatch(/^[\d.]+$/);
  });

  test('is allowed no script when it is installed, but for Node itself, and each that has one is listed', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''));
    const allowed = Object.entries(allowScripts ?? {}).filter(([, isAllowed]) => isAllowed);
    expect(allowed).toEqual([['node', true]]);
    expect(names.filter((name) => !Object.hasOwn(allowScripts ?? {}, name))).toEqual([]);
  });
});

/** `[what](../file) “a test”, “another”; [what](../file) “a test”` */
function testsIn(cell: string): readonly { readonly file: string; readonly name: string }[] {
  return [...cell.matchAll(/\]\(\.\.\/([^)]+)\)([^[]*)/g)].flatMap(([, file = '', names = '']) =>
    [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ file, name })),
  );
}

/** Matches a whole title between quotation marks, in which `…` stands for what differs from case to case. */
function titlePattern(name: string): RegExp {
  const parts = name.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(['"\`])${parts.join('[^\\n]+?')}\\1`);
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}
