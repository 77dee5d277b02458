import type * as z from 'zod';
import type { Problem } from './problem.ts';
import { membersLeftOut } from './read-json.ts';
import { sentenceFor } from './sentence.ts';
import { shortened } from './shortened.ts';
import { TOO_LARGE } from './wire/new-event.ts';

/** The largest number of errors in an answer. A request may have more errors than an answer has room for. */
const MOST_ERRORS = 20;

/**
 * Parses the input of a route. The result is the parsed input, or a problem that names the fields that are not valid,
 * and the reasons. Each detail is a sentence and ends with a period.
 *
 * @param calledAs The names that the client uses for fields under an alias, by the names of the fields.
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
    return {
      problem: 'invalid',
      detail: `There are too many fields: ${leftOut} of them were not read. Send each field once.`,
    };
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

/** Removes equal mistakes. A value can break two rules that have the same message. */
function withoutRepetitions(all: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(all.map((one) => [`${one.path.join('.')}: ${one.detail}`, one])).values()];
}

function isTooLarge(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params === TOO_LARGE;
}
