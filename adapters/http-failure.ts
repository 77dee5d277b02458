import type { CallResult, NotMade } from '../core/event/progress.ts';
import { Blocked, LookupFailed } from './address-guard.ts';
import { shortageIn } from './scarce-resources.ts';

/** The error of a call whose receiver sent something that is not a complete HTTP answer. */
export class InvalidAnswer extends Error {}

export function brokenOff(cause: unknown): InvalidAnswer {
  return new InvalidAnswer('The answer ended before it was complete.', { cause });
}

const LOOKUP_REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host name does not resolve.',
  ENODATA: 'The host name does not resolve.',
  ETIMEOUT: 'The host name could not be looked up in time.',
};

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was closed before an answer came.',
  EPIPE: 'The connection was closed before an answer came.',
  ETIMEDOUT: 'The connection could not be made in time.',
  EHOSTUNREACH: 'There is no way to the host.',
  ENETUNREACH: 'There is no way to the host.',
  CERT_HAS_EXPIRED: 'The certificate of the host has expired.',
  CERT_NOT_YET_VALID: 'The certificate of the host is not valid yet.',
  CERT_REVOKED: 'The certificate of the host has been revoked.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another host.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is not signed by an authority that is known.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate is not signed by an authority that is known.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate is not signed by an authority that is known.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate is not signed by an authority that is known.',
  EPROTO: 'The host does not speak TLS as it should.',
};

/**
 * Translates an error of a call into a result whose reason its publisher may read. Messages of Node are never used,
 * because they contain resolved addresses.
 */
export function unansweredBecause(error: unknown): CallResult | NotMade {
  if (error instanceof Blocked) return { outcome: 'blocked', error: error.message };
  if (error instanceof InvalidAnswer) return { outcome: 'invalid_answer', error: error.message };
  const shortage = shortageIn(error);
  if (shortage !== undefined) return { outcome: 'not_made', error: notMadeBecause(shortage) };
  const { code = '' } = error as NodeJS.ErrnoException;
  if (error instanceof LookupFailed)
    return { outcome: 'unreachable', error: LOOKUP_REASONS[code] ?? 'The host name could not be looked up.' };
  if (code === 'HPE_HEADER_OVERFLOW')
    return { outcome: 'invalid_answer', error: 'The headers of the answer are too long.' };
  if (code.startsWith('HPE_')) return { outcome: 'invalid_answer', error: 'The answer is not valid HTTP.' };
  if (code.startsWith('ERR_SSL_')) return { outcome: 'unreachable', error: REASONS.EPROTO ?? '' };
  return {
    outcome: 'unreachable',
    error: REASONS[code] ?? `The connection failed (${code || 'for an unknown reason'}).`,
  };
}

function notMadeBecause(shortage: string): string {
  if (shortage !== 'EMFILE' && shortage !== 'ENFILE')
    return `A call could not be made: this machine has no memory or no ports left for connections (${shortage}). Make fewer calls at a time.`;
  return `A call could not be made: too many files and connections are open (${shortage}). Raise the limit of open files (ulimit -n), or make fewer calls at a time.`;
}
