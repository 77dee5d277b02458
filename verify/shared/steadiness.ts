/** How much more may be held at the end than after the warm-up: a share of it, and some. */
export type Tolerance = { readonly share: number; readonly more: number };

export type Steadiness = {
  /** The medians of the second quarter and of the last. */
  readonly before: number;
  readonly after: number;
  readonly isSteady: boolean;
};

/** Whether something grows that should not. The first quarter is the warm-up. Undefined if there is too little to compare. */
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

/** The value below which so many of all are; undefined if there are none. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(share * (values.length - 1))];
}

/** Of an even number of values, the mean of the two in the middle; undefined if there are none. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [lower, upper] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2;
}
