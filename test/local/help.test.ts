import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { runProcess } from '../../verify/shared/local-process.ts';

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const programs = Object.entries<string>(scripts).flatMap(([name, command]) => {
  const [, program] = /^(?:exec )?node (\S+\.ts( \w+)?)$/.exec(command) ?? [];
  return program === undefined ? [] : [{ name, program }];
});

const commandLines = [
  ...programs.map(({ name, program }) => ({ name, program, words: 'something --unknown --help' })),
  { name: 'start', program: 'local/main.ts', words: '--help' },
  { name: 'start', program: 'local/main.ts', words: '-h' },
  { name: 'keys', program: 'local/main.ts keys', words: 'revoke eq_unknown --help' },
  { name: 'bench', program: 'verify/performance/main.ts', words: 'hostile --help' },
  { name: 'bench', program: 'verify/performance/main.ts', words: '--quick --help' },
];

test('there are programs to ask', () => {
  expect(programs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['start', 'keys', 'cost', 'mutants', 'bench']),
  );
});

test.each(commandLines)(
  'npm run $name -- $words prints its help and does nothing',
  async ({ name, program, words }) => {
    const { ended, printed } = runProcess(process.execPath, [...program.split(' '), ...words.split(' ')]);
    expect(await ended).toBe(0);
    expect(printed()).toMatch(/^[A-Z].*?[.:]\n\n/s);
    expect(printed()).toContain(`\n  npm ${name === 'start' ? name : `run ${name}`}`);
  },
);

test('npm start -- --version prints the version, and a command that does not exist is refused', async () => {
  const [version, unknown] = [['--version'], ['key', 'list']].map((words) =>
    runProcess(process.execPath, ['local/main.ts', ...words]),
  );
  expect([await version?.ended, version?.printed()]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  expect([await unknown?.ended, unknown?.printed()]).toEqual([
    2,
    'There is no command key, only start, keys, backup, purge, demo. See npm start -- --help.\n',
  ]);
});

test.each(['start', 'keys', 'backup', 'demo', 'cost', 'chaos', 'soak', 'bench', 'deployed'])(
  'npm run %s refuses an option that it does not know in one sentence that leads to its help',
  async (name) => {
    const { program = '' } = programs.find((one) => one.name === name) ?? {};
    const { ended, printed } = runProcess(process.execPath, [...program.split(' '), '--unknown']);
    expect(await ended).toBe(2);
    expect(printed()).toMatch(/^[^\n]*'--unknown'[^\n]*--help\.\n$/);
  },
);
