import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTime, synthesize } from './workers/bundles.ts';
import { emulatedCloud } from './workers/emulated-cloud.ts';

const LOADS = 11;

/** How large the bundle of each deployed function is, and how long a fresh process takes to load it: the median of some. */
export async function bundles(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'event-queue-bundles-'));
  const cloud = await emulatedCloud();
  try {
    const { environment } = await cloud.surroundings();
    for (const [name, bundle] of Object.entries((await synthesize(folder)).bundles)) {
      const times: number[] = [];
      for (let load = 0; load < LOADS; load++) times.push(await loadTime(bundle, environment));
      const median = times.sort((a, b) => a - b)[Math.floor(LOADS / 2)] ?? 0;
      console.log(
        `${name.padEnd(8)}  ${Math.round((await stat(bundle.path)).size / 1_024)} KB  loaded in ${median.toFixed(0)} ms`,
      );
    }
  } finally {
    await cloud.close();
    await rm(folder, { recursive: true });
  }
}
