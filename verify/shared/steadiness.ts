/** The growth that is allowed after the warm-up: `share` times the value after the warm-up, and `more`. */
export type Tolerance = { readonly share: number; readonly more: number };

export type Steadiness = {
  /** The median of the second quarter. */
  readonly before: number;
  /** The median of the last quarter. */
  readonly after: number;
  readonly isSteady: boolean;
};

/**
 * Compares the last quarter of the values with the second one; the first is the warm-up. Returns undefined if one of
 * the two has no values.
 */
export function steadiness(
  values: readonly (number | undefined)[],
  { share, more }: Tolerance,
): Steadiness | undefined {
  const quarter = Math.floor(values.length / 4);
  const before = medianOf(values.slice(quarter, 2 * quarter).filter((value) => value !== undefined));
  const after = medianOf(values.slice(values.length - quarter).filter((value) => value !== undefined));
  if (before === undefined || after === undefined) return undefined;
  return { before, after, isSteady: after <= before * (1 + share) + more };
}

/** Returns the value below which a share of all values is, or undefined if there are none. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(share * (values.length - 1))];
}

/**
 * Returns the median, or undefined if there are no values. For an even number it is the mean of the two in the middle.
 */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [lower, upper] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2;
}
