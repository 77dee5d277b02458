import { expect, test } from '@jest/globals';
import { commentsIn } from '../../../verify/comments/comments-in.ts';
import { commentsOfProject } from '../../../verify/comments/comments-of-project.ts';

test('a doc comment and neighbouring lines are one comment each, without their markers', () => {
  const source = `
/**
 * Says one thing
 * in two lines.
 */
const one = 1; // A comment behind code is not found.
  // The first line,
  // and the second.
  const url = 'https://example.com/';
/** Another. */
// biome-ignore lint/x: a tool reads this.
`;
  expect(commentsIn(source)).toEqual(['Says one thing in two lines.', 'The first line, and the second.', 'Another.']);
});

test('the comments of every room are found', () => {
  const rooms = new Set(commentsOfProject().map(({ file }) => file.split('/')[0]));
  const all = [
    'adapters',
    'api',
    'bin',
    'client',
    'console',
    'core',
    'lambdas',
    'lib',
    'local',
    'receiver',
    'test',
    'verify',
  ];
  expect([...rooms].sort()).toEqual(all);
});
