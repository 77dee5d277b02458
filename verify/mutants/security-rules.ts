import type { Rule } from './rule.ts';

const guard = ['test/adapters/address-guard'];
const receiver = ['test/receiver/verify'];
const access = ['test/api/access'];

/** Without any of these rules, somebody reads, calls or changes what they may not. */
export const securityRules: readonly Rule[] = [
  {
    name: 'a name is refused if any of its addresses is private',
    why: 'A publisher could call services inside the network of the queue by a name of their own.',
    file: 'adapters/address-guard.ts',
    code: 'addresses.every(',
    without: 'addresses.some(',
    suites: guard,
  },
  {
    name: 'a host that is itself an address is checked before the call',
    why: 'Nothing is looked up for an address, so the metadata service of a machine could be called.',
    file: 'adapters/address-guard.ts',
    code: 'if (isIP(address) !== 0 && !allows(address)) throw',
    without: 'if (isIP(address) < 0 && !allows(address)) throw',
    suites: guard,
  },
  {
    name: 'a signature is made over the body that is sent',
    why: 'A receiver would accept a body that somebody else has replaced.',
    file: 'adapters/webhook-signature.ts',
    code: '.update(body)',
    without: '.update(body.subarray(0, 0))',
    suites: ['test/adapters/webhook-signature'],
  },
  {
    name: 'a key is accepted only if its whole hash is equal',
    why: 'The id of a key is public and a part of the hash, so another secret with the same id would be accepted.',
    file: 'adapters/table-api-keys.ts',
    code: 'item === undefined || !sameHash(item.hash, hash)',
    without: 'item === undefined || !sameHash(item.hash, item.hash)',
    suites: ['test/adapters/table-api-keys'],
  },
  {
    name: 'a revoked key is forgotten after half a minute',
    why: 'A process would accept a key that leaked for as long as it lives.',
    file: 'adapters/table-api-keys.ts',
    code: 'isFresh(known.readAt, CACHED_FOR)',
    without: 'isFresh(known.readAt, 1_000 * CACHED_FOR)',
    suites: ['test/adapters/table-api-keys'],
  },
  {
    name: 'a key without the scope of a route is refused',
    why: 'A key that may only publish could cancel and read all events.',
    file: 'api/authenticate.ts',
    code: "scope === 'any' || caller.scopes.includes(scope)",
    without: "scope === 'any' || caller.scopes.length > 0",
    suites: access,
  },
  {
    name: 'bodies and headers are shown only to a key with the scope read',
    why: 'A key that may only publish or cancel would read the secrets in the events of others.',
    file: 'api/brief-answer.ts',
    code: "scopes.includes('read') && ",
    without: '',
    suites: ['test/api/contents'],
  },
  {
    name: 'a request for a host name other than that of this machine is refused',
    why: 'A web page could reach the local queue by a name of its own that leads to 127.0.0.1.',
    file: 'local/gateway.ts',
    code: "!LOOPBACK.test(request.headers.host ?? '')",
    without: 'request.headers.host === null',
    suites: ['test/local/other-sites'],
  },
  {
    name: 'a request of a page of another site is refused',
    why: 'Any page in the browser of a developer could use the local queue, whose demo key everybody knows.',
    file: 'local/is-from-another-site.ts',
    code: 'if (origin !== undefined && ',
    without: 'if (origin !== origin && ',
    suites: ['test/local/other-sites'],
  },
  {
    name: 'an error message that quotes data is logged without the quotation',
    why: 'Parts of bodies and keys would stand in the log.',
    file: 'adapters/failure-line.ts',
    code: 'withoutQuotation(said) : said',
    without: 'said : said',
    suites: ['test/adapters/failure-line', 'test/lambdas/secrets'],
  },
  {
    name: 'a receiver refuses a call that none of its secrets has signed',
    why: 'Anybody who knows the URL could make the receiver do work.',
    file: 'receiver/verify.ts',
    code: 'if (!(await isSigned(',
    without: 'if (keys.length === 0 && !(await isSigned(',
    suites: receiver,
  },
  {
    name: 'a receiver refuses a call that was signed long ago',
    why: 'Somebody who overheard a call could repeat it for ever, after the receiver has forgotten its id.',
    file: 'receiver/verify.ts',
    code: 'Math.abs(age) <= tolerance',
    without: '-age <= tolerance',
    suites: receiver,
  },
  {
    name: 'a receiver stores no more of a body than its limit',
    why: 'A stranger could fill the memory of the receiver before the signature is checked.',
    file: 'receiver/byte-collector.ts',
    code: 'isTooLong ||= length + chunk.length > maxBytes;',
    without: '',
    suites: receiver,
  },
];
