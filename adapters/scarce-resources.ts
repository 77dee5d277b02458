import { closeSync, openSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { devNull } from 'node:os';

/** The error codes of a process or machine that has no descriptors or no memory left. */
const RUN_OUT = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY']);

/**
 * Returns the code of an error that shows that this process or machine had run out of a resource before a connection
 * was made, and undefined for any other error. Such an error says nothing about the receiver. In an error about several
 * addresses, one shortage is enough, because the address that could not be tried might have answered.
 */
export function shortageIn(error: unknown): string | undefined {
  if (error instanceof AggregateError) return error.errors.map(shortageIn).find((code) => code !== undefined);
  const { code = '', syscall, address } = error as NodeJS.ErrnoException & { readonly address?: string };
  // A read or write fails only on an existing connection, so the receiver may have got the request.
  if (syscall === 'read' || syscall === 'write') return undefined;
  // EADDRNOTAVAIL means that no port is left. For an IPv6 address it may also mean that the machine has no IPv6.
  const isShortage = RUN_OUT.has(code) || (code === 'EADDRNOTAVAIL' && isIPv4(address ?? ''));
  return isShortage ? code : undefined;
}

/** Throws the error of the system, such as EMFILE or ENFILE, if this process cannot open another descriptor. */
export function checkDescriptors(): void {
  try {
    closeSync(openSync(devNull, 'r'));
  } catch (error) {
    if (shortageIn(error) !== undefined) throw error;
  }
}
