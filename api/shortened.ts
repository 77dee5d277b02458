const MOST_CHARACTERS = 100;

/**
 * Shortens a text of the client for a quotation in a message, because a reply has no room for many long texts. Never
 * cuts a surrogate pair.
 */
export function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
