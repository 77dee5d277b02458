import type { Rule } from './rule.ts';

const dispatch = ['test/core/dispatch'];
const lifecycle = ['test/core/event/lifecycle'];

/** Without any of these rules, a receiver, the due queue or this machine gets more than it can take. */
export const floodRules: readonly Rule[] = [
  {
    name: 'an event ends with its last try',
    why: 'A receiver would get more calls than the publisher allowed.',
    file: 'core/event/lifecycle.ts',
    code: 'if (triesLeft(event, history) <= 0) return ended;',
    without: 'if (triesLeft(event, history) < 0) return ended;',
    suites: lifecycle,
  },
  {
    name: 'a receiver that answers 410 is not called again',
    why: 'A receiver has no other way to stop the calls of somebody else.',
    file: 'core/event/lifecycle.ts',
    code: 'statusCode === GONE || ',
    without: '',
    suites: lifecycle,
  },
  {
    name: 'an end that is told to nobody leaves no callback pending',
    why: 'The audit would leave a reminder for every finished event in each grace, and keep it for ever.',
    file: 'core/event/callback-key.ts',
    code: 'callbacksOfEnd(event, end).length > 0 ?',
    without: 'callbacksOfEnd(event, end).length >= 0 ?',
    suites: lifecycle,
  },
  {
    name: 'the audit sends a message again only a grace after the attempt was due',
    why: 'Every event that waits for its retry would get another message each time that the audit meets it.',
    file: 'core/dispatch/audit.ts',
    code: 'if (since + grace > now()) return 0;',
    without: 'void [since, grace];',
    suites: dispatch,
  },
  {
    name: 'the audit waits while many messages are ready on the due queue',
    why: 'Deliverers that are behind would get a second message for each one that they have not come to.',
    file: 'core/dispatch/dispatcher.ts',
    code: ' && (await dueQueue.backlog()) <= MOST_READY',
    without: ' && MOST_READY > 0',
    suites: dispatch,
  },
  {
    name: 'a paused queue that is started again sends no messages',
    why: 'Each start would send the messages of all events that wait, which the deliverers then drop.',
    file: 'core/dispatch/dispatcher.ts',
    code: 'if (isPaused(pause)) return void (taken && (await extendExpiries(taken)));',
    without: '',
    suites: ['test/core/manage/pause'],
  },
  {
    name: 'a process tells a limited number of hosts apart in its statistics',
    why: 'Publishers could make its memory and its items as large as they like, with a name of its own for each event.',
    file: 'core/host-counts.ts',
    code: 'counts.has(host) || namedIn(counts) < MOST_HOSTS ? host : OTHER_HOSTS',
    without: 'host',
    suites: ['test/core/host-counts'],
  },
  {
    name: 'an item of statistics has a limited number of hosts, however often it is written',
    why: 'Each flush would add the hosts since the one before, and an item would cost more with each.',
    file: 'core/host-counts.ts',
    code: 'if (namedIn(counts) <= most) return counts;',
    without: 'if (namedIn(counts) >= 0) return counts;',
    suites: ['test/adapters/table-statistics'],
  },
  {
    name: 'a long history of errors leaves out the oldest excerpts',
    why: 'Each record of a failing event would cost more than four write units.',
    file: 'core/event/excerpt.ts',
    code: 'room >= 0 && left >= 0',
    without: 'left >= 0',
    suites: ['test/adapters/size-of-a-history'],
  },
  {
    name: 'a history has the excerpts of three answers',
    why: 'A progress would grow with each failed attempt, and each record of it would cost more.',
    file: 'core/event/excerpt.ts',
    code: 'room >= 0 && left >= 0',
    without: 'room >= 0',
    suites: ['test/core/event/excerpt'],
  },
  {
    name: 'an interval of less than a minute is refused',
    why: 'One schedule could make events faster than its receiver and the dispatcher can take.',
    file: 'core/schedules/timing.ts',
    code: 'every < least || ',
    without: '',
    suites: ['test/core/schedules/timing'],
  },
  {
    name: 'a process remembers a limited number of time zones and expressions',
    why: 'Clients could make its memory as large as they like, with names of their own in each schedule.',
    file: 'core/schedules/remembered.ts',
    code: 'if (map.size >= most) map.clear();',
    without: 'void most;',
    suites: ['test/core/schedules/remembered'],
  },
];
