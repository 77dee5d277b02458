/** A screen. */
export function BulkScreen() {
  return <h1>Bulk</h1>;
}
