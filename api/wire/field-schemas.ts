import * as z from 'zod';

/** The message for a text that cannot be written in UTF-8. */
const HALF_A_PAIR = 'This text contains half of a surrogate pair, which cannot be sent.';

export function seconds(least: number, most: number) {
  const message = `A number of seconds from ${least} to ${most}.`;
  return z.number(message).min(least, message).max(most, message);
}

export function wholeNumber(least: number, most: number) {
  const message = `A whole number from ${least} to ${most}.`;
  return z.int(message).min(least, message).max(most, message);
}

export function boundedText(least: number, most: number) {
  const message = `A string of ${least} to ${most} characters.`;
  return wellFormedText(message).min(least, message).max(most, message);
}

export function wellFormedText(message: string, advice = 'Remove it.') {
  return z.string(message).refine((text) => text.isWellFormed(), `${HALF_A_PAIR} ${advice}`);
}

/** A schema for a field with a default, which counts if the field is null or absent. */
export function optional<Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>, description: string) {
  return schema
    .nullish()
    .meta({ default: fallback, description })
    .transform((value) => value ?? fallback);
}
