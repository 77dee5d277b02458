/**
 * The value that was found for a name before, or else the one that `find` finds now. The map is emptied when it holds
 * `most` values, so that nobody can fill the memory with names.
 */
export function remembered<Value>(map: Map<string, Value>, most: number, name: string, find: () => Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  if (map.size >= most) map.clear();
  const found = find();
  map.set(name, found);
  return found;
}
