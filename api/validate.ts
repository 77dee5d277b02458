import * as z from 'zod';
import { nearestName } from './nearest-name.ts';
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
  const knownNames = new Map<readonly string[], readonly string[]>();
  const { success, data, error } = schema.safeParse(input, { error: (issue) => sentenceNoting(knownNames, issue) });
  const leftOut = membersLeftOut(input);
  if (success && leftOut === 0) return { input: data };
  if (success)
    return {
      problem: 'invalid',
      detail: `There are too many fields: ${leftOut} of them were not read. Send each field once.`,
    };
  const all = withoutRepetitions(error.issues.flatMap((issue) => mistakes(issue, calledAs, knownNames)));
  const errors = all
    .slice(0, MOST_ERRORS)
    .map((one) => ({ path: one.path.map(shortened).join('.'), detail: detailOf(one) }));
  const shown = errors.map(({ path, detail }) => (path === '' ? detail : `${path}: ${detail}`));
  const left = all.length - errors.length + leftOut;
  const more = left > 0 ? [`There are ${left} more.`] : [];
  const detail = [...shown, ...more].join(' ');
  return { problem: error.issues.some(isTooLarge) ? 'too-large' : 'invalid', detail, errors };
}

type Mistake = {
  readonly path: readonly string[];
  readonly detail: string;
  /** The names that the client could have meant, if the last name of the path is unknown. */
  readonly meant?: readonly string[];
};

/** Notes which names an object has, by the list of unknown ones, because the issue itself does not keep them. */
function sentenceNoting(knownNames: Map<readonly string[], readonly string[]>, issue: z.core.$ZodRawIssue): string {
  const isUnknown = issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject;
  if (isUnknown) knownNames.set(issue.keys, Object.keys(issue.inst.shape));
  return sentenceFor(issue);
}

function mistakes(
  issue: z.core.$ZodIssue,
  calledAs: ReadonlyMap<string, string>,
  knownNames: ReadonlyMap<readonly string[], readonly string[]>,
): readonly Mistake[] {
  const called = (name: string) => calledAs.get(name) ?? name;
  const path = issue.path.map((name) => called(String(name)));
  if (issue.code !== 'unrecognized_keys') return [{ path, detail: issue.message }];
  const meant = (knownNames.get(issue.keys) ?? []).map(called);
  return issue.keys.map((key) => ({ path: [...path, key], detail: 'There is no such field here.', meant }));
}

/** The sentence about a mistake. An unknown name is compared only here, because a request can have many of them. */
function detailOf({ path, detail, meant }: Mistake): string {
  if (meant === undefined) return detail;
  const name = nearestName(path.at(-1) ?? '', meant);
  return `${detail} ${name === undefined ? 'Leave it out.' : `Did you mean ${name}?`}`;
}

/** Removes equal mistakes. A value can break two rules that have the same message. */
function withoutRepetitions(all: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(all.map((one) => [`${one.path.join('.')}: ${one.detail}`, one])).values()];
}

function isTooLarge(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params === TOO_LARGE;
}
