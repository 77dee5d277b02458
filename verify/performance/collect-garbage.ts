import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: (how: object) => void = runInNewContext('gc');

/**
 * The whole heap of this thread, at once; what is free is given back. Before a load: of itself it would come in the middle of one, and make
 * late what is called then.
 */
export function collectGarbage(): void {
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
