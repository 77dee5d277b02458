import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Descriptors of the process and of the machine, and memory of the kernel and of the process. */
const RUN_OUT = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY']);

/** Whether an error says that this process or this machine has run out of something, which has nothing to do with whom it calls. */
export function hasRunOut(error: unknown): boolean {
  return RUN_OUT.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Throws EMFILE or ENFILE if no descriptor is left. */
export function checkDescriptors(): void {
  try {
    closeSync(openSync(devNull, 'r'));
  } catch (error) {
    if (hasRunOut(error)) throw error;
  }
}
