import type { Rule } from './rule.ts';

const boundedReading = ['test/api/(read|write)-json'];
const memory = ['test/adapters/table-(api-keys|signing)'];
const targets = ['test/core/target/target-url', 'test/api/publish-fields'];

/** The rules that bound what a request costs, what a key may do, and what a wrong clock can break. */
export const trustRules: readonly Rule[] = [
  {
    name: 'a batch is read only up to the first event too many',
    file: 'api/read-json.ts',
    code: 'if (events.length > MOST_IN_A_BATCH) break;',
    without: '',
    suites: boundedReading,
  },
  {
    name: 'other requests run while a batch is read',
    file: 'api/read-json.ts',
    code: 'await setImmediate();',
    without: '',
    suites: boundedReading,
  },
  {
    name: 'an object is read only up to the number of members that it may have',
    file: 'api/read-json.ts',
    code: 'if (seen === MOST_MEMBERS)',
    without: 'if (seen === 0 && seen > 0)',
    suites: boundedReading,
  },
  {
    name: 'an answer says how many members were not checked',
    file: 'api/validate.ts',
    code: 'errors.length + leftOut',
    without: 'errors.length',
    suites: boundedReading,
  },
  {
    name: 'a request with too many values is not parsed',
    file: 'api/read-json.ts',
    code: 'isReadableBody(text) : values <= room;',
    without: 'isReadableBody(text) : values > 0;',
    suites: boundedReading,
  },
  {
    name: 'a body is parsed only if it is short and shallow',
    file: 'api/read-json.ts',
    code: '(body.text.length <= MAX_BODY_BYTES && body.depth <= MAX_BODY_DEPTH)',
    without: 'body.text.length > 0',
    suites: boundedReading,
  },
  {
    name: 'the length of a base64 text is checked before its characters',
    file: 'api/wire/new-event.ts',
    code: '      abort: true,\n',
    without: '',
    suites: boundedReading,
  },
  {
    name: 'the length of a query string is checked before it is parsed',
    file: 'api/query-parameters.ts',
    code: 'rawQueryString.length > MAX_QUERY_LENGTH',
    without: 'rawQueryString.length < 0',
    suites: boundedReading,
  },
  {
    name: 'a JSON body is answered as it was written',
    file: 'api/event-answer.ts',
    code: 'return new JsonText(text);',
    without: 'return JSON.parse(text);',
    suites: boundedReading,
  },
  {
    name: 'remembered values are forgotten when the clock goes back',
    file: 'adapters/freshness.ts',
    code: 'if (at < latest) turns++;',
    without: '',
    suites: memory,
  },
  {
    name: 'remembered values age by the time of day',
    file: 'adapters/freshness.ts',
    code: ' && current.at - at < lifetime',
    without: '',
    suites: memory,
  },
  {
    name: 'remembered values age by the monotonic clock',
    file: 'adapters/freshness.ts',
    code: ' && current.ticks - ticks < lifetime',
    without: '',
    suites: memory,
  },
  {
    name: 'a key of which one item is missing can be revoked',
    file: 'adapters/table-api-keys.ts',
    code: 'items.every((item) => item === undefined)',
    without: 'items[0] === undefined',
    suites: memory,
  },
  {
    name: 'the own host of the queue is refused however the setting spells it',
    file: 'core/target/target-url.ts',
    code: 'hostNameIn(own) === url.hostname',
    without: 'own === url.hostname',
    suites: targets,
  },
  {
    name: 'a reserved header is refused also with _ in place of -',
    file: 'api/wire/target-headers.ts',
    code: "lower.replaceAll('_', '-')",
    without: 'lower',
    suites: targets,
  },
  {
    name: 'a page that a browser loads ahead for another site is refused',
    file: 'local/is-from-another-site.ts',
    code: "if (isLoadedAhead(request)) return site !== 'same-origin';",
    without: '',
    suites: ['test/local/other-sites'],
  },
  {
    name: 'a page that a browser loads ahead for a page of the queue is served',
    file: 'local/is-from-another-site.ts',
    code: "if (isLoadedAhead(request)) return site !== 'same-origin';",
    without: 'if (isLoadedAhead(request)) return true;',
    suites: ['test/local/other-sites'],
  },
  {
    name: 'the key of a request is checked before its body is read',
    file: 'local/gateway.ts',
    code: 'if (refused !== undefined) return',
    without: 'if (refused !== refused) return',
    suites: ['test/local/unread-body'],
  },
  {
    name: 'a client that sends Expect: 100-continue is answered with 100',
    file: 'local/gateway.ts',
    code: 'if (waitsForContinue(request)) response.writeContinue();',
    without: '',
    suites: ['test/local/unread-body'],
  },
  {
    name: 'a local queue goes on when nobody reads its output',
    file: 'local/main.ts',
    code: 'surviveUnreadOutput();\n',
    without: '',
    suites: ['test/local/unread-output'],
  },
];
