/** Returns a table in Markdown. The first row is its head, and the second says how the columns are aligned. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
