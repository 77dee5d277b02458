import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: (how: object) => void = runInNewContext('gc');

/**
 * Collects the whole heap of this thread, and gives free memory back to the system. It runs before a load, because a
 * collection during the load would delay the calls that are measured.
 */
export function collectGarbage(): void {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
