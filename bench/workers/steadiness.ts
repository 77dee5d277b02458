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
  const before = median(values.slice(quarter, 2 * quarter));
  const after = median(values.slice(values.length - quarter));
  if (before === undefined || after === undefined) return undefined;
  return { before, after, isSteady: after <= before * (1 + share) + more };
}

/** The value below which so many of all are; undefined if there are none. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(share * (values.length - 1))];
}

function median(values: readonly (number | undefined)[]): number | undefined {
  return quantileOf(
    values.filter((value) => value !== undefined),
    0.5,
  );
}
