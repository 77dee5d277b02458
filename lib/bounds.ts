/** Throws, and says what to do, unless it is a whole number from the least to the most. */
export function requireWholeNumber(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`EventQueue: ${name} is ${value}. Give a whole number from ${least} to ${most}.`);
}
