/**
 * Finds the name that a client is likely to have meant by an unknown one: the name that differs in the fewest letters
 * or, if none is that near, the only name that has the unknown one as a word, such as `event_tags` for `tags`.
 * Undefined if there is no such name. Upper case, hyphens and underscores make no difference.
 */
export function nearestName(unknown: string, names: readonly string[]): string | undefined {
  const wanted = lettersOf(unknown);
  const near = names
    .map((name) => ({ name, letters: lettersOf(name) }))
    .filter(({ letters }) => Math.abs(letters.length - wanted.length) <= mostEdits(letters))
    .map(({ name, letters }) => ({ name, spare: mostEdits(letters) - edits(wanted, letters) }))
    .filter(({ spare }) => spare >= 0)
    .sort((one, other) => other.spare - one.spare);
  if (near[0] !== undefined) return near[0].name;
  const withWord = names.filter((name) => name.split('_').includes(wanted));
  return withWord.length === 1 ? withWord[0] : undefined;
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** The most edits after which a name is still taken for a mistyped one: one in every three letters. */
function mostEdits({ length }: string): number {
  return Math.floor(length / 3);
}

/** The number of letters to insert, to delete, to replace or to swap with their neighbour between two texts. */
function edits(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = at(last, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const swapped = isSwapped ? at(beforeLast, column - 2) + 1 : replaced;
      current.push(Math.min(replaced, swapped, at(last, column) + 1, at(current, column - 1) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, other.length);
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? Number.POSITIVE_INFINITY;
}
