import type { Rule } from './rule.ts';

const dispatch = ['test/core/dispatch'];
const pause = ['test/core/manage/pause'];

/** Without any of these rules, an event that was accepted is not called, or what became of it is forgotten. */
export const lossRules: readonly Rule[] = [
  {
    name: 'a repeated request puts the event if the first one died before it did',
    why: 'The client gets a key of an event that nobody ever put into the table.',
    file: 'core/publisher.ts',
    code: 'const accepted = await put(markedIfDueSoon({ ...event, key, createdAt }));',
    without:
      'const accepted: Accepted = { published: { record: { event: { ...event, key, createdAt }, progress: firstProgress(event) }, isNew: false } };',
    suites: ['test/core/manage/change'],
  },
  {
    name: 'an old reservation without an event gets a new key',
    why: 'The cursors may have passed the old key, so nothing would ever find the event.',
    file: 'core/publisher.ts',
    code: 'createdAt < LONGEST_PUBLISH',
    without: 'createdAt < 10_000 * LONGEST_PUBLISH',
    suites: ['test/core/manage/change'],
  },
  {
    name: 'the scheduled attempt of a long retry delay is put before the failure is recorded',
    why: 'If the process dies in between, no entry leads to the next attempt at its instant.',
    file: 'core/delivery/attempt-recorder.ts',
    code: 'await putEntries(current);\n      if (await store.recordUnlessChanged(current.event, current.read, current.progress)) return sendNext(current);',
    without:
      'if (await store.recordUnlessChanged(current.event, current.read, current.progress)) return putEntries(current).then(() => sendNext(ended));',
    suites: ['test/core/queue'],
  },
  {
    name: 'the mark of a pending callback stays until the callback is sent',
    why: 'If the process dies in between, nobody is told that the event failed.',
    file: 'core/delivery/callback-sender.ts',
    code: 'await dueQueue.send(nextMessage(callback, firstProgress(callback)));\n    await takeMarkAway(pending);',
    without: 'await takeMarkAway(pending);\n    await dueQueue.send(nextMessage(callback, firstProgress(callback)));',
    suites: ['test/core/delivery/failure-callback'],
  },
  {
    name: 'a cursor moves past a page only after the page has been handled',
    why: 'A run that dies in between would leave a page of events behind the cursor, of which none was sent.',
    file: 'core/dispatch/cursor-walk.ts',
    code: 'sent += await handle(entries);\n        const further = move(cursors, cursor, reached);\n        const saved = entries.length === 0 ? further : await save(further);',
    without:
      'const further = move(cursors, cursor, reached);\n        const saved = entries.length === 0 ? further : await save(further);\n        sent += await handle(entries);',
    suites: dispatch,
  },
  {
    name: 'cursors move back when the clock is put back',
    why: 'Events that are published after that are due behind the cursors, where nothing finds them.',
    file: 'core/dispatch/cursors.ts',
    code: '= isPutBack ? putBack(',
    without: '= isPutBack && now < 0 ? putBack(',
    suites: dispatch,
  },
  {
    name: 'the audit leaves a reminder for every unfinished event',
    why: 'The audit passes the entry of the event once, and would not find it when another message is lost.',
    file: 'core/dispatch/audit.ts',
    code: "await store.putReminder(event, { kind: 'audit', key: event.key, at });",
    without: 'void at;',
    suites: dispatch,
  },
  {
    name: 'the audit moves on the expiry of an unfinished event',
    why: 'The table would delete an event that still waits for its attempt.',
    file: 'core/dispatch/audit.ts',
    code: 'if (later !== undefined) await store.extendExpiry(record, later);',
    without: 'void later;',
    suites: dispatch,
  },
  {
    name: 'messages that a pause dropped are sent again when it ends',
    why: 'Whatever came due during the pause would wait for the audit, or for ever.',
    file: 'core/dispatch/cursors.ts',
    code: 'resumedAt, resuming: cursors.audit };',
    without: 'resumedAt };',
    suites: pause,
  },
  {
    name: 'a deliverer reads a pause again before it drops a message',
    why: 'A process that has not noticed the end of a pause would drop messages that were just sent again.',
    file: 'adapters/table-pauses.ts',
    code: '!isPaused(remembered.pause) && ',
    without: '',
    suites: ['test/adapters/table-pauses'],
  },
  {
    name: 'the local queue sends missing messages when it starts',
    why: 'The messages of a local queue are in memory, so all of them are lost with its process.',
    file: 'local/local-queue.ts',
    code: '  await queue.dispatchAtStart();\n',
    without: '',
    suites: ['test/local/restart'],
  },
  {
    name: 'a commit of the local table is on the disk when it is answered',
    why: 'A power cut would take back events that were accepted.',
    file: 'adapters/sqlite-file.ts',
    code: 'PRAGMA synchronous = FULL',
    without: 'PRAGMA synchronous = NORMAL',
    suites: ['test/local/power-cut'],
  },
  {
    name: 'a read of an event sees the last write',
    why: 'A deliverer that reads a moment after publish would find no event, and drop its message.',
    file: 'adapters/dynamo-table.ts',
    code: '{ Keys, ConsistentRead: true }',
    without: '{ Keys }',
    suites: ['test/adapters/dynamo-table'],
  },
  {
    name: 'the dispatcher may move on the expiry of events',
    why: 'Without the permission no audit succeeds, and events that wait for long are deleted.',
    file: 'lib/event-queue.ts',
    code: "table.grant(dispatch.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'UpdateItem', 'Query');",
    without: "table.grant(dispatch.function, 'BatchGetItem', 'BatchWriteItem', 'PutItem', 'Query');",
    suites: ['test/lib/template'],
  },
  {
    name: 'an upgrade replaces the deliverer and the dispatcher before publish',
    why: 'The functions of the version before would get events that they do not understand.',
    file: 'lib/event-queue.ts',
    code: 'addDependency(deliver.function, dispatch.function, ',
    without: 'addDependency(',
    suites: ['test/lib/template'],
  },
  {
    name: 'the table is retained when the stack is deleted',
    why: 'A stack that is deleted by mistake would take all events with it.',
    file: 'lib/event-queue-props.ts',
    code: 'removalPolicy = RemovalPolicy.RETAIN',
    without: 'removalPolicy = RemovalPolicy.DESTROY',
    suites: ['test/lib/template'],
  },
];
