/** A doc comment, or neighbouring lines of comment that stand alone. A comment behind code is not found. */
const COMMENT = /^[ \t]*(?:\/\*\*(?<doc>[\s\S]*?)\*\/|(?<lines>\/\/.*(?:\n[ \t]*\/\/.*)*))/gm;
/** Instructions to a tool. They are not written for readers. */
const INSTRUCTION = /^(biome-ignore|@ts-)/;

/** Finds the comments in a source text. Each is returned in one line, without its markers. */
export function commentsIn(source: string): readonly string[] {
  return [...source.matchAll(COMMENT)]
    .map(({ groups }) =>
      (groups?.doc ?? groups?.lines ?? '')
        .replaceAll(/^[ \t]*(\*|\/\/)?[ \t]?/gm, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((text) => text !== '' && !INSTRUCTION.test(text));
}
