import type { Rule } from './rule.ts';

const otherSites = ['test/local/other-sites'];
const localSecrets = ['test/local/secrets'];
const functionSecrets = ['test/lambdas/secrets'];
const otherUsers = ['test/local/other-users'];

/** What keeps others out: web pages, other users, readers of logs. */
export const securityRules: readonly Rule[] = [
  {
    name: 'a page of another site is refused for its origin',
    file: 'local/other-sites.ts',
    code: 'if (origin !== undefined && ',
    without: 'if (origin !== origin && ',
    suites: otherSites,
  },
  {
    name: 'a page that sends no origin is refused for where it comes from',
    file: 'local/other-sites.ts',
    code: 'return !(isForPage && followsLink(request));',
    without: 'return !isForPage && !followsLink(request);',
    suites: otherSites,
  },
  {
    name: 'a link leads to pages alone',
    file: 'local/other-sites.ts',
    code: 'isForPage && followsLink(request)',
    without: 'followsLink(request)',
    suites: otherSites,
  },
  {
    name: 'what is opened in a frame follows no link',
    file: 'local/other-sites.ts',
    code: " && headers['sec-fetch-dest'] === 'document'",
    without: '',
    suites: otherSites,
  },
  {
    name: 'a name that was made to lead to a local queue is refused',
    file: 'local/gateway.ts',
    code: "!LOOPBACK.test(request.headers.host ?? '')",
    without: 'request.headers.host === null',
    suites: otherSites,
  },
  {
    name: 'contents need the scope read',
    file: 'api/brief-answer.ts',
    code: "scopes.includes('read') && ",
    without: '',
    suites: ['test/api/contents'],
  },
  {
    name: 'contents are shown as long as the result is kept',
    file: 'api/brief-answer.ts',
    code: ' && !isForgotten(record.progress, now)',
    without: '',
    suites: ['test/api/contents'],
  },
  {
    name: 'a new data folder is open to its owner alone',
    file: 'local/data-folder.ts',
    code: 'mode: OWNER_ALONE',
    without: 'mode: OWNER_ALONE | 0o055',
    suites: otherUsers,
  },
  {
    name: 'the database is its owner’s alone',
    file: 'adapters/sqlite-file.ts',
    code: "'ax', 0o600",
    without: "'ax', 0o644",
    suites: otherUsers,
  },
  {
    name: 'a log quotes no message that quotes',
    file: 'adapters/failure-line.ts',
    code: 'withoutQuotation(said) : said',
    without: 'said : said',
    suites: functionSecrets,
  },
  {
    name: 'what a function throws says nothing',
    file: 'lambdas/runtime/recorder.ts',
    code: "throw new Error('The invocation failed. The log line before this one says why.');",
    without: 'throw error;',
    suites: functionSecrets,
  },
  {
    name: 'a message that is none of ours is not quoted',
    file: 'adapters/sqs-due-queue.ts',
    code: "throw new Error('The message names no event.')",
    without: 'throw new Error(body)',
    suites: functionSecrets,
  },
  {
    name: 'a local queue prints no further fields and no quotations',
    file: 'local/report.ts',
    code: 'console.error(failureText(error))',
    without: 'console.error(error)',
    suites: localSecrets,
  },
  {
    name: 'a local queue ends well though its last statistics cannot be written',
    file: 'local/local-queue.ts',
    code: 'statistics.flush().catch(report)',
    without: 'statistics.flush()',
    suites: localSecrets,
  },
];
