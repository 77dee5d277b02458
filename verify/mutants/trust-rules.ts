import type { Rule } from './rule.ts';

const boundedReading = ['test/api/(read|write)-json'];
const memory = ['test/adapters/dynamo-(api-keys|signing)'];
const targets = ['test/core/target/target-url', 'test/api/publish-fields'];

/** What keeps a stranger's request, key or clock from more than it should have. */
export const trustRules: readonly Rule[] = [
  {
    name: 'a batch is read no further than one event too many',
    file: 'api/read-json.ts',
    code: 'if (events.length > MOST_IN_A_BATCH) break;',
    without: '',
    suites: boundedReading,
  },
  {
    name: 'others get their turn while a batch is read',
    file: 'api/read-json.ts',
    code: 'await setImmediate();',
    without: '',
    suites: boundedReading,
  },
  {
    name: 'an object is read no further than it may have members',
    file: 'api/read-json.ts',
    code: 'if (seen === MOST_MEMBERS)',
    without: 'if (seen === 0 && seen > 0)',
    suites: boundedReading,
  },
  {
    name: 'members that are left out are told',
    file: 'api/validate.ts',
    code: 'errors.length + leftOut',
    without: 'errors.length',
    suites: boundedReading,
  },
  {
    name: 'what has too many values is not parsed',
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
    name: 'base64 is measured before it is looked at',
    file: 'api/wire/new-event.ts',
    code: '      abort: true,\n',
    without: '',
    suites: boundedReading,
  },
  {
    name: 'a query is measured before it is looked at',
    file: 'api/query.ts',
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
    name: 'what is remembered is forgotten when the clock goes back',
    file: 'adapters/freshness.ts',
    code: 'if (at < latest) turns++;',
    without: '',
    suites: memory,
  },
  {
    name: 'what is remembered ages by the time of day',
    file: 'adapters/freshness.ts',
    code: ' && current.at - at < lifetime',
    without: '',
    suites: memory,
  },
  {
    name: 'what is remembered ages by the monotonic clock',
    file: 'adapters/freshness.ts',
    code: ' && current.ticks - ticks < lifetime',
    without: '',
    suites: memory,
  },
  {
    name: 'a half of a key is revoked',
    file: 'adapters/dynamo-api-keys.ts',
    code: 'items.every((item) => item === undefined)',
    without: 'items[0] === undefined',
    suites: memory,
  },
  {
    name: 'an own host is refused however the setting spells it',
    file: 'core/target/target-url.ts',
    code: 'hostNameIn(own) === url.hostname',
    without: 'own === url.hostname',
    suites: targets,
  },
  {
    name: 'a header is refused with _ for - too',
    file: 'api/wire/target-headers.ts',
    code: "lower.replaceAll('_', '-')",
    without: 'lower',
    suites: targets,
  },
  {
    name: 'what a browser loads ahead is refused',
    file: 'local/other-sites.ts',
    code: "if (isLoadedAhead(request)) return site !== 'same-origin';",
    without: '',
    suites: ['test/local/other-sites'],
  },
  {
    name: 'an own page may have something loaded ahead',
    file: 'local/other-sites.ts',
    code: "if (isLoadedAhead(request)) return site !== 'same-origin';",
    without: 'if (isLoadedAhead(request)) return true;',
    suites: ['test/local/other-sites'],
  },
  {
    name: 'the key is looked at before the body is read',
    file: 'local/gateway.ts',
    code: 'if (refused !== undefined) return',
    without: 'if (refused !== refused) return',
    suites: ['test/local/unread-body'],
  },
  {
    name: 'whoever waits to be told to go on is told so',
    file: 'local/gateway.ts',
    code: 'if (waitsForContinue(request)) response.writeContinue();',
    without: '',
    suites: ['test/local/unread-body'],
  },
  {
    name: 'a queue goes on when nobody reads what it prints',
    file: 'local/main.ts',
    code: 'surviveUnreadOutput();\n',
    without: '',
    suites: ['test/local/unread-output'],
  },
];
