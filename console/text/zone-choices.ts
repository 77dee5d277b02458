import { localZone } from './zones.ts';

/** The zones in which the reader may want to see the instants of a schedule: its own, the reader's, and UTC. */
export function zoneChoices(own: string | null, readers: string | undefined) {
  const names = [own, readers ?? localZone, 'UTC'].filter((name) => name !== null);
  return [...new Set(names)].map((value) => ({ value, text: value }));
}
