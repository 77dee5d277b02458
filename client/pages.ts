type Page = { readonly next_cursor: string | null };

/** Generates the pages of a search, from a cursor on. Each page is asked for when it is needed. */
export async function* pagesFrom<Answer extends Page>(
  cursor: string | undefined,
  read: (cursor: string | undefined) => Promise<Answer>,
): AsyncGenerator<Answer, void, undefined> {
  for (let from = cursor, more = true; more; ) {
    const page = await read(from);
    yield page;
    more = page.next_cursor !== null;
    from = page.next_cursor ?? undefined;
  }
}
