/** Lines of a table in Markdown: the first row is its head, the second says how the columns stand. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
