/**
 * The characters of Unicode that embed, override or isolate a direction, and those that end this. They can make a text
 * read as something else. The marks U+200E, U+200F and U+061C are not among them, because ordinary Hebrew and Arabic
 * texts use them.
 */
const CONTROLS = /([\u202a-\u202e\u2066-\u2069])/;

/** A part of a text: a stretch of it as it is, or one character that would change the direction of the others. */
export type TextPart = { readonly text: string } | { readonly control: string };

/** Splits a text at the characters that change directions. Each of these is named, such as "U+202E". */
export function splitAtControls(text: string): readonly TextPart[] {
  const parts = text
    .split(CONTROLS)
    .map((part, index) => (index % 2 === 0 ? { text: part } : { control: nameOf(part) }));
  return parts.filter((part) => !('text' in part) || part.text !== '');
}

function nameOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
