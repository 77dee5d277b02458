import { createHash } from 'node:crypto';

/** The namespace of the uuids of this project: random, and never to be changed, because stored keys follow from it. */
const NAMESPACE = Buffer.from('7b1f0c5a2d5e4f0b9a6cc3d1e80f2a47', 'hex');

/** Returns the uuid of version 5 that RFC 9562 derives from a text. Random uuids have version 4. */
export function uuidFor(text: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
