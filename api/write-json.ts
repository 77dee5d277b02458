import { randomUUID } from 'node:crypto';
import { JsonText } from './wire/json-text.ts';

/**
 * Writes a value as JSON. A `JsonText` in it stands there as its author wrote it: parsing it would change numbers such as
 * `12345678901234567890`, and a long one would keep others waiting.
 */
export function writeJson(value: unknown): string {
  const texts: string[] = [];
  const mark = randomUUID();
  const written = JSON.stringify(value, (_, one) => {
    if (!(one instanceof JsonText)) return one;
    texts.push(one.text);
    return mark;
  });
  const [first = '', ...others] = written.split(`"${mark}"`);
  return others.reduce((all, part, index) => all + texts[index] + part, first);
}
