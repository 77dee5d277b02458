import type { Rule } from './rule.ts';

const otherSites = ['test/local/other-sites'];
const localSecrets = ['test/local/secrets'];
const functionSecrets = ['test/lambdas/secrets'];
const otherUsers = ['test/local/other-users'];

/**
 * The rules that keep data from web pages of other sites, from other users of the machine, and from readers of logs.
 */
export const securityRules: readonly Rule[] = [
  {
    name: 'a request of a page of another site is refused by its origin',
    file: 'local/is-from-another-site.ts',
    code: 'if (origin !== undefined && ',
    without: 'if (origin !== origin && ',
    suites: otherSites,
  },
  {
    name: 'a request of another site without an origin is refused by its fetch metadata',
    file: 'local/is-from-another-site.ts',
    code: 'return !(isForPage && followsLink(request));',
    without: 'return !isForPage && !followsLink(request);',
    suites: otherSites,
  },
  {
    name: 'a link on another site can open pages only',
    file: 'local/is-from-another-site.ts',
    code: 'isForPage && followsLink(request)',
    without: 'followsLink(request)',
    suites: otherSites,
  },
  {
    name: 'a page that another site opens in a frame is refused',
    file: 'local/is-from-another-site.ts',
    code: " && headers['sec-fetch-dest'] === 'document'",
    without: '',
    suites: otherSites,
  },
  {
    name: 'a request for a host name other than that of this machine is refused',
    file: 'local/gateway.ts',
    code: "!LOOPBACK.test(request.headers.host ?? '')",
    without: 'request.headers.host === null',
    suites: otherSites,
  },
  {
    name: 'bodies and headers are shown only to a key with the scope read',
    file: 'api/brief-answer.ts',
    code: "scopes.includes('read') && ",
    without: '',
    suites: ['test/api/contents'],
  },
  {
    name: 'bodies and headers are not shown after the result has expired',
    file: 'api/brief-answer.ts',
    code: ' && !isForgotten(record.progress, now)',
    without: '',
    suites: ['test/api/contents'],
  },
  {
    name: 'a new data folder can be read by its owner only',
    file: 'local/data-folder.ts',
    code: 'mode: OWNER_ALONE',
    without: 'mode: OWNER_ALONE | 0o055',
    suites: otherUsers,
  },
  {
    name: 'a new database file can be read by its owner only',
    file: 'adapters/sqlite-file.ts',
    code: "'ax', 0o600",
    without: "'ax', 0o644",
    suites: otherUsers,
  },
  {
    name: 'an error message that quotes something is logged without the quotation',
    file: 'adapters/failure-line.ts',
    code: 'withoutQuotation(said) : said',
    without: 'said : said',
    suites: functionSecrets,
  },
  {
    name: 'the error that a function throws to Lambda contains no details',
    file: 'lambdas/runtime/with-telemetry.ts',
    code: "throw new Error('The invocation failed. The log line before this one says why.');",
    without: 'throw error;',
    suites: functionSecrets,
  },
  {
    name: 'a message on the due queue that is not valid is not quoted in the error',
    file: 'adapters/sqs-due-queue.ts',
    code: "throw new Error('The message names no event.')",
    without: 'throw new Error(body)',
    suites: functionSecrets,
  },
  {
    name: 'a local queue prints errors without further fields and quotations',
    file: 'local/report.ts',
    code: 'console.error(failureText(error))',
    without: 'console.error(error)',
    suites: localSecrets,
  },
  {
    name: 'a local queue ends without an error if its last statistics cannot be written',
    file: 'local/local-queue.ts',
    code: 'statistics.flush().catch(report)',
    without: 'statistics.flush()',
    suites: localSecrets,
  },
  {
    name: 'no key revokes itself',
    file: 'api/key-handlers.ts',
    code: 'if (id === caller.id) return keyInHand;',
    without: '',
    suites: ['test/api/keys'],
  },
  {
    name: 'a label of a key has no line feed',
    file: 'core/api-key.ts',
    code: ' && !/\\p{Cc}/u.test(text)',
    without: '',
    suites: ['test/api/keys', 'test/local/keys'],
  },
];
