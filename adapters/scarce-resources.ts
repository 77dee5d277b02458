import { closeSync, openSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { devNull } from 'node:os';

/** Descriptors of the process and of the machine, and memory of the kernel and of the process. */
const RUN_OUT = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY']);

/**
 * The code of an error that says that this process or this machine had run out of something before a connection was there; undefined for
 * any other error. It says nothing of whom the process called. Of several addresses, one that could not be tried might have answered.
 */
export function shortageIn(error: unknown): string | undefined {
  if (error instanceof AggregateError) return error.errors.map(shortageIn).find((code) => code !== undefined);
  const { code = '', syscall, address } = error as NodeJS.ErrnoException & { readonly address?: string };
  // What was sent before may have been received.
  if (syscall === 'read' || syscall === 'write') return undefined;
  // No port is left for a connection. Of an IPv6 address the same is said where there is no IPv6.
  const isShortage = RUN_OUT.has(code) || (code === 'EADDRNOTAVAIL' && isIPv4(address ?? ''));
  return isShortage ? code : undefined;
}

/** Throws EMFILE or ENFILE if no descriptor is left. */
export function checkDescriptors(): void {
  try {
    closeSync(openSync(devNull, 'r'));
  } catch (error) {
    if (shortageIn(error) !== undefined) throw error;
  }
}
