const MOST_CHARACTERS = 100;

/** Cuts what a client made up, before a message quotes it: a reply has room for few long names. Never cuts a character in two. */
export function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, '')}…` : text;
}
