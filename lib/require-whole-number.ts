/**
 * Throws an error that names the property and its bounds, unless the value is a whole number from `least` to `most`.
 */
export function requireWholeNumber(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`EventQueue: ${name} is ${value}. Give a whole number from ${least} to ${most}.`);
}
