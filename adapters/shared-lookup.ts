import type { LookupFunction } from 'node:net';

/**
 * Looks a name up once for all who ask while it is looked up. The operating system does it in few threads, and a look-up outlives
 * its call: without this, 1,000 calls to a name whose server is dead would keep the names of all others waiting for an hour.
 */
export function sharedLookup(resolve: LookupFunction): LookupFunction {
  const waiting = new Map<string, Parameters<LookupFunction>[2][]>();

  return (hostname, options, answer) => {
    const others = waiting.get(hostname);
    if (others !== undefined) return void others.push(answer);
    const asking = [answer];
    waiting.set(hostname, asking);
    resolve(hostname, options, (...found) => {
      waiting.delete(hostname);
      for (const tell of asking) tell(...found);
    });
  };
}
