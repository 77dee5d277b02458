/** A screen. */
export function PublishScreen() {
  return <h1>Publish</h1>;
}
