import type * as z from 'zod';
import type { Problem } from './problem.ts';
import { membersLeftOut } from './read-json.ts';
import { sentenceFor } from './sentence.ts';
import { shortened } from './shortened.ts';
import { TOO_LARGE } from './wire/new-event.ts';

/** A request may have more mistakes than an answer has room for. */
const MOST_ERRORS = 20;

/**
 * Answers the parsed input of a route, or a problem that says which of its fields are not valid, and why. Each detail is a sentence
 * and ends with a period.
 *
 * @param calledAs what the client calls a field, if not by its name
 */
export function validate(
  schema: z.ZodType,
  input: unknown,
  calledAs: ReadonlyMap<string, string> = new Map(),
): { readonly input: unknown } | Problem {
  const { success, data, error } = schema.safeParse(input, { error: sentenceFor });
  const leftOut = membersLeftOut(input);
  if (success && leftOut === 0) return { input: data };
  if (success)
    return { problem: 'invalid', detail: `There are ${leftOut} more fields than are read. Send each field once.` };
  const all = withoutRepetitions(error.issues.flatMap((issue) => mistakes(issue, calledAs)));
  const errors = all.slice(0, MOST_ERRORS).map(({ path, detail }) => ({ path: path.map(shortened).join('.'), detail }));
  const shown = errors.map(({ path, detail }) => (path === '' ? detail : `${path}: ${detail}`));
  const left = all.length - errors.length + leftOut;
  const more = left > 0 ? [`There are ${left} more.`] : [];
  const detail = [...shown, ...more].join(' ');
  return { problem: error.issues.some(isTooLarge) ? 'too-large' : 'invalid', detail, errors };
}

type Mistake = { readonly path: readonly string[]; readonly detail: string };

function mistakes(issue: z.core.$ZodIssue, calledAs: ReadonlyMap<string, string>): readonly Mistake[] {
  const path = issue.path.map((name) => calledAs.get(String(name)) ?? String(name));
  if (issue.code !== 'unrecognized_keys') return [{ path, detail: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], detail: 'There is no such field. Leave it out.' }));
}

/** A value can break two rules that one sentence says together. */
function withoutRepetitions(all: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(all.map((one) => [`${one.path.join('.')}: ${one.detail}`, one])).values()];
}

function isTooLarge(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params === TOO_LARGE;
}
