import type * as z from 'zod';

const TYPES: Readonly<Record<string, string>> = {
  array: 'A list.',
  boolean: 'True or false.',
  int: 'A whole number.',
  number: 'A number.',
  object: 'An object.',
  string: 'A string.',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' elements' };

/**
 * The message for a value that is not valid, if its schema has none of its own. It replaces the messages of zod, which
 * are written for programmers.
 */
export function sentenceFor(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? 'A value of another type.';
    case 'invalid_value':
      return `${issue.values.length === 1 ? 'Only' : 'One of'} ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `At least ${issue.minimum}${UNITS[issue.origin] ?? ''}.`;
    case 'too_big':
      return `At most ${issue.maximum}${UNITS[issue.origin] ?? ''}.`;
    default:
      return 'A value in another form.';
  }
}
