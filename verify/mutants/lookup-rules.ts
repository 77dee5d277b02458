import type { Rule } from './rule.ts';

const shared = ['test/adapters/shared-lookup'];
const resolver = ['test/adapters/dns-resolver'];

/** The rules of the look-up of names: a name whose look-up hangs delays no other, and a name that exists is found. */
export const lookupRules: readonly Rule[] = [
  {
    name: 'a look-up that hangs is given up',
    file: 'adapters/shared-lookup.ts',
    code: 'setTimeout(() => setImmediate(giveUp), longest)',
    without: 'setTimeout(() => void giveUp, 50 * longest)',
    suites: ['test/local/dead-names'],
  },
  {
    name: 'a name is not marked as hung if the process was suspended during its look-up',
    file: 'adapters/shared-lookup.ts',
    code: 'if (now() - askedAt > longest + SUSPENDED) mayHaveHung = false;',
    without: '',
    suites: shared,
  },
  {
    name: 'a name whose look-up hung fails at once for a while',
    file: 'adapters/shared-lookup.ts',
    code: 'else if (hung.isRecent(name)) setImmediate(answer, noAnswerInTime(), []);',
    without: '',
    suites: shared,
  },
  {
    name: 'a limited number of names that hung before are looked up at a time',
    file: 'adapters/shared-lookup.ts',
    code: 'if (timesHung === 0) start();',
    without: 'if (timesHung >= 0) start();',
    suites: shared,
  },
  {
    name: 'names that hung least often are looked up first',
    file: 'adapters/shared-lookup.ts',
    code: 'slots.enter(start, timesHung)',
    without: 'slots.enter(start, 0 * timesHung)',
    suites: shared,
  },
  {
    name: 'a name that nobody waits for is not looked up',
    file: 'adapters/shared-lookup.ts',
    code: '      leave();\n',
    without: '      void leave;\n',
    suites: shared,
  },
  {
    name: 'a name that hung before is forgotten when a look-up is answered',
    file: 'adapters/shared-lookup.ts',
    code: 'hung.forget(name);',
    without: 'void hung.forget;',
    suites: shared,
  },
  {
    name: 'a name whose look-up never started is not marked as hung again',
    file: 'adapters/shared-lookup.ts',
    code: 'else if (mayHaveHung) hung.add(name);',
    without: 'else hung.add(name);',
    suites: shared,
  },
  {
    name: 'a limited number of names that hung are remembered',
    file: 'adapters/hung-names.ts',
    code: 'if (names.size > MOST && oldest !== undefined) names.delete(oldest);',
    without: 'void oldest;',
    suites: shared,
  },
  {
    name: 'a failure in a look-up is reported as a failed look-up',
    file: 'adapters/address-guard.ts',
    code: 'error ? new LookupFailed(error) : refusalOf',
    without: 'error ?? refusalOf',
    suites: ['test/adapters/http-caller'],
  },
  {
    name: 'the hosts file is asked before DNS',
    file: 'adapters/dns-resolver.ts',
    code: 'hosts.find(name) ?? (',
    without: '(',
    suites: resolver,
  },
  {
    name: 'a hosts file that has changed is read again',
    file: 'adapters/made-from-file.ts',
    code: 'last.state === state',
    without: 'last.state !== undefined',
    suites: resolver,
  },
  {
    name: 'localhost is this machine',
    file: 'adapters/dns-resolver.ts',
    code: '/(^|\\.)localhost$/.test(name)',
    without: 'false',
    suites: resolver,
  },
  {
    name: 'a name server that drops questions for IPv6 makes no call slow',
    file: 'adapters/dns-resolver.ts',
    code: 'unlessLate(ipv6, ipv4, IPV6_GRACE)',
    without: 'ipv6',
    suites: resolver,
  },
  {
    name: 'other name servers are asked when none answers',
    file: 'adapters/dns-resolver.ts',
    code: 'else if (answeredAt < askedAt) resolver.discard();',
    without: '',
    suites: resolver,
  },
  {
    name: 'the operating system is not asked for a name that hangs',
    file: 'adapters/dns-resolver.ts',
    code: "if (code === 'ETIMEOUT') return false;",
    without: '',
    suites: resolver,
  },
  {
    name: 'the operating system is asked for few names at a time',
    file: 'adapters/dns-resolver.ts',
    code: 'rankedSlots(MOST_OF_SYSTEM, ',
    without: 'rankedSlots(1_000 * MOST_OF_SYSTEM, ',
    suites: resolver,
  },
];
