import { expect, test } from '@jest/globals';
import { commentsIn } from '../../../verify/comments/comments-in.ts';
import { commentsOfProject } from '../../../verify/comments/comments-of-project.ts';
import { rooms } from '../../../verify/shared/rooms.ts';

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
  const found = new Set(commentsOfProject().map(({ file }) => file.split('/')[0]));
  expect([...found].sort()).toEqual(rooms);
});
