import { randomUUID } from 'node:crypto';
import { JsonText } from './wire/json-text.ts';

/**
 * Writes a value as JSON. It copies each `JsonText` in the value as it is: parsing the text would change numbers such
 * as `12345678901234567890`, and other requests would have to wait while a long text is parsed.
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
