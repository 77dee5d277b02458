/** A rule of the queue, and how the code reads without it. */
export type Rule = {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly code: string;
  readonly without: string;
  /** What jest runs to see it missed, if not the tests of core. */
  readonly suites?: readonly string[];
};

const core = ['test/core'];

/** Each of them is there because leaving it out loses, repeats or floods something. */
export const rules: readonly Rule[] = [
  {
    name: 'a message names the instant of its attempt',
    file: 'core/attempt.ts',
    code: ' && progress.nextAttemptAt === at;',
    without: ';',
  },
  {
    name: 'a message names the number of its attempt',
    file: 'core/attempt.ts',
    code: 'progress.nextAttempt === attempt && ',
    without: '',
  },
  {
    name: 'a message that comes too early goes back',
    file: 'core/attempt.ts',
    code: 'if (message.at - now() > LONGEST_WAIT) return sendLater(plain(message));',
    without: '',
  },
  {
    name: 'the clock is asked again after a wait',
    file: 'core/attempt.ts',
    code: 'while (now() < instant)',
    without: 'if (now() < instant)',
  },
  {
    name: 'the dispatcher has a lease',
    file: 'core/hands.ts',
    code: 'if (hands !== undefined && now < hands.leasedUntil && !isPutBack) return undefined;',
    without: '',
  },
  {
    name: 'who lost the hands goes no further',
    file: 'core/dispatch.ts',
    code: '(await store.keepHands(hands, next)) ? next : undefined',
    without: '(await store.keepHands(hands, next)) ? next : next',
  },
  {
    name: 'a page is written down before the next',
    file: 'core/dispatch.ts',
    code: 'entries.length === 0 ? further : await keep(further)',
    without: 'further',
  },
  {
    name: 'a hand moves behind what it has handled',
    file: 'core/dispatch.ts',
    code: 'await handle(entries);\n        const further: Hands = moved(hands, hand, shard, reached);\n        hands = entries.length === 0 ? further : await keep(further);',
    without:
      'const further: Hands = moved(hands, hand, shard, reached);\n        hands = entries.length === 0 ? further : await keep(further);\n        await handle(entries);',
  },
  {
    name: 'every shard that ever was is read',
    file: 'core/hands.ts',
    code: 'return [...positions, ...Array<Position>(missing).fill(BEGINNING)];',
    without: 'return [...positions, ...Array<Position>(missing).fill(BEGINNING)].slice(0, shards);',
  },
  {
    name: 'a new shard is read from its beginning',
    file: 'core/hands.ts',
    code: 'fill(BEGINNING)',
    without: "fill('0')",
  },
  {
    name: 'hands go back with a clock that is put back',
    file: 'core/hands.ts',
    code: 'isPutBack ? putBack(hands, now) : (hands ?? {})',
    without: 'isPutBack && now < 0 ? putBack(hands, now) : (hands ?? {})',
  },
  {
    name: 'a lease of a clock that is put back ends',
    file: 'core/hands.ts',
    code: 'now < hands.leasedUntil && !isPutBack',
    without: 'now < hands.leasedUntil',
  },
  {
    name: 'publish sends what is due a minute beyond the leading hand',
    file: 'core/hands.ts',
    code: 'export const SENT_BY_PUBLISH = 3 * MINUTE;',
    without: 'export const SENT_BY_PUBLISH = MINUTE;',
  },
  {
    name: 'what publish sends is marked as sent',
    file: 'core/publish.ts',
    code: 'await store.keepEvent(event);',
    without: 'await store.keepEvent((({ sent, ...unmarked }) => unmarked)(event));',
  },
  {
    name: 'the leading hand passes over what was sent',
    file: 'core/hands.ts',
    code: ' && !entry.sent) return { key: entry.key, attempt: 1',
    without: ') return { key: entry.key, attempt: 1',
  },
  {
    name: 'a reminder is promoted with the number of its attempt',
    file: 'core/hands.ts',
    code: 'return { key: entry.key, attempt: entry.attempt, at: entry.at };',
    without: 'return { key: entry.key, attempt: 1, at: entry.at };',
  },
  {
    name: 'there is an audit',
    file: 'core/dispatch.ts',
    code: "mayGoOn ? walk(hands, 'trailing', now() - grace, audit) : { hands, sent: 0 }",
    without: 'mayGoOn ? { hands, sent: 0 } : { hands, sent: 0 }',
  },
  {
    name: 'the audit leaves an entry ahead for what is unfinished',
    file: 'core/audit.ts',
    code: "await store.keepReminder(event, { kind: 'look', key: event.key, at });",
    without: 'void at;',
  },
  {
    name: 'the audit leaves one reminder an event',
    file: 'core/hands.ts',
    code: 'Math.floor((Math.max(now, nextAttemptAt) - phase) / grace) * grace + phase + grace',
    without: 'Math.max(now, nextAttemptAt) + grace + (phase - phase)',
  },
  {
    name: 'the audit lets a grace pass before it sends again',
    file: 'core/audit.ts',
    code: 'progress.nextAttemptAt + grace <= now()',
    without: 'grace > 0',
  },
  {
    name: 'the audit marks what it sends again',
    file: 'core/audit.ts',
    code: 'await dueQueue.send({ ...nextMessage(event, progress), again: true });',
    without: 'await dueQueue.send(nextMessage(event, progress));',
  },
  {
    name: 'the audit waits until the leading hand has been up to date for a grace',
    file: 'core/hands.ts',
    code: 'return upToDateSince !== undefined && now - upToDateSince >= grace;',
    without: 'return true || upToDateSince === now - grace;',
  },
  {
    name: 'the audit waits while there is a backlog',
    file: 'core/dispatch.ts',
    code: ' && (await dueQueue.backlog()) <= MOST_READY',
    without: ' && MOST_READY > 0',
  },
  {
    name: 'the audit moves the expiry of what is unfinished on',
    file: 'core/audit.ts',
    code: 'if (later !== undefined) await store.keepUntil({ event, progress }, later);',
    without: 'void later;',
  },
  {
    name: 'a failure is recorded before the next message is sent',
    file: 'core/deliver.ts',
    code: 'const won = await record(ended);\n    if (won && !isReminded) await dueQueue.send(nextMessage(event, progress));',
    without: 'if (!isReminded) await dueQueue.send(nextMessage(event, progress));\n    await record(ended);',
  },
  {
    name: 'the winner of the record alone sends the next message',
    file: 'core/deliver.ts',
    code: 'if (won && !isReminded)',
    without: 'if ((won || true) && !isReminded)',
  },
  {
    name: 'the reminder of a far attempt comes before the record',
    file: 'core/deliver.ts',
    code: "if (isReminded) await store.keepReminder(event, { kind: 'attempt', key: event.key, attempt, at });\n    const won = await record(ended);",
    without:
      "const won = await record(ended);\n    if (isReminded) await store.keepReminder(event, { kind: 'attempt', key: event.key, attempt, at });",
  },
  {
    name: 'a far attempt has a reminder',
    file: 'core/hands.ts',
    code: 'nextAttemptAt - (last.startedAt + last.duration) > LONGEST_DELAY',
    without: 'nextAttemptAt - last.startedAt > 1_000 * LONGEST_DELAY',
  },
  {
    name: 'a call that could not be recorded is not made again',
    file: 'core/attempt.ts',
    code: 'if (made !== undefined) return ended(event, progress, made);',
    without: 'void made;',
  },
  {
    name: 'there are claims',
    file: 'core/claim.ts',
    code: 'return isRepeated(message) || now - message.at > LATE || event.timeout > LONG;',
    without: 'return message.at < 0 && now + event.timeout < LATE + LONG;',
  },
  {
    name: 'a late message is claimed',
    file: 'core/claim.ts',
    code: 'now - message.at > LATE || ',
    without: 'now + LATE < 0 || ',
  },
  {
    name: 'a long call is claimed',
    file: 'core/claim.ts',
    code: ' || event.timeout > LONG',
    without: ' || event.timeout + LONG < 0',
  },
  {
    name: 'a live claim is respected',
    file: 'core/attempt.ts',
    code: 'if (isLive(claim, now(), world)) return sendLater({ ...plain(message), again: true }, claim.until);',
    without: 'void [isLive, message];',
  },
  {
    name: 'a dead claim is a crashed attempt, and not called',
    file: 'core/attempt.ts',
    code: 'return ended(event, read, crashedCall(claim, now()));',
    without: 'return makeCall({ ...event, tags: [crashedCall.name] }, read);',
  },
  {
    name: 'a receive count alone proves nothing',
    file: 'core/attempt.ts',
    code: 'if (progress.claim !== undefined) return',
    without:
      'if (isRepeated(message)) return ended(event, progress, crashedCall({ attempt: 1, by: instance, startedAt: message.at, until: 0 }, now()));\n    if (progress.claim !== undefined) return',
  },
  {
    name: 'alone on a machine, a claim of another instance is dead',
    file: 'core/claim.ts',
    code: ' && (by === instance || !isAlone)',
    without: ' && (by === instance || !isAlone || isAlone)',
  },
  {
    name: 'the baton is passed',
    file: 'core/attempt.ts',
    code: 'await dueQueue.send({ ...nextMessage(event, progress), again: true });',
    without: 'void nextMessage;',
  },
  {
    name: 'the baton is passed after a redelivery only',
    file: 'core/attempt.ts',
    code: 'if (isRepeated(message) && !hasReminder(progress))',
    without: 'if ((isRepeated(message) || true) && !hasReminder(progress))',
  },
  {
    name: 'doubtful messages go one after the other behind the others',
    file: 'core/deliver.ts',
    code: 'await together(messages.filter((message) => !isRepeated(message)));\n    for (const message of messages.filter(isRepeated)) {',
    without:
      'await together(messages);\n    for (const message of messages.filter((one) => isRepeated(one) && false)) {',
  },
  {
    name: 'doubtful messages are given back when there is no time',
    file: 'core/deliver.ts',
    code: 'hasTime ? await together([message]) : [message]',
    without: 'hasTime ? await together([message]) : await together([message])',
  },
  {
    name: 'the last failed attempt ends the event in the same write',
    file: 'core/lifecycle.ts',
    code: 'if (tries >= event.maxTryCount) return ended;',
    without: 'if (tries > event.maxTryCount) return ended;',
  },
  {
    name: 'any attempt that succeeded makes the event a success',
    file: 'core/deliver.ts',
    code: 'await store.recordSuccess(ended.event, ended.progress);',
    without: 'await store.recordUnlessChanged(ended.event, ended.read, ended.progress);',
  },
  {
    name: 'progress does not expire before its event',
    file: 'core/lifecycle.ts',
    code: 'return Math.max(event.key.dueAt, latestInstant(progress)) + longestLife(event);',
    without: 'return latestInstant(progress) + event.keepResultFor;',
    suites: ['test/core/lifecycle', 'test/adapters/dynamo-event-store'],
  },
  {
    name: 'an event that is unfinished when it should be long gone is kept',
    file: 'core/lifecycle.ts',
    code: 'return now > expiresAt(event) - WEEK ? now + longestLife(event) : undefined;',
    without: 'return now > expiresAt(event) + 1_000 * WEEK ? now + longestLife(event) : undefined;',
  },
  {
    name: 'an expiry moves on for the progress first',
    file: 'adapters/dynamo-event-store.ts',
    code: "await table.set(progressKey(event.key), 'expires_at', epochSeconds(instant));\n      ",
    without: '',
    suites: ['test/adapters/dynamo-event-store'],
  },
  {
    name: 'a failure is recorded on the version that was read',
    file: 'adapters/dynamo-event-store.ts',
    code: "expression: 'version = :version AND #status = :status',\n    names: { '#status': 'status' },\n    values: { ':version': read.version, ':status': read.status },",
    without: "expression: 'attribute_exists(pk)',",
    suites: ['test/adapters/dynamo-event-store'],
  },
  {
    name: 'hands are kept on the version that was read',
    file: 'adapters/dynamo-event-store.ts',
    code: "return { expression: 'version = :version', values: { ':version': read.version } };",
    without: "return { expression: 'attribute_exists(pk)' };",
    suites: ['test/adapters/dynamo-event-store'],
  },
  {
    name: 'who wrote an item knows it, also if the answer was lost',
    file: 'adapters/dynamo-table.ts',
    code: 'if ((await get(item))?.write === write) return true;',
    without: 'void [get, write];',
    suites: ['test/adapters/dynamo-event-store'],
  },
  {
    name: 'an event is read as it was last written',
    file: 'adapters/dynamo-table.ts',
    code: '[tableName]: { Keys, ConsistentRead: true }',
    without: '[tableName]: { Keys }',
    suites: ['test/adapters/dynamo-table'],
  },
  {
    name: 'the local queue audits at its start',
    file: 'local/local-queue.ts',
    code: '  await queue.dispatchAtStart();\n',
    without: '',
    suites: ['test/local/restart'],
  },
  {
    name: 'the audit at the start does not care for the lease of the process before',
    file: 'core/dispatch.ts',
    code: 'found && { ...found, leasedUntil: 0 }',
    without: 'found',
  },
  {
    name: 'the audit at the start sends each event once',
    file: 'core/audit.ts',
    code: 'if (isLeftToItsReminder || resent.has(event.key.uuid)) return 0;',
    without: 'if (isLeftToItsReminder) return 0;',
  },
  {
    name: 'the audit at the start looks ahead to where publish had sent',
    file: 'core/dispatch.ts',
    code: 'pages(shard, positionAt(reach), startedAt + SENT_BY_PUBLISH)',
    without: 'pages(shard, positionAt(reach), reach + 0 * SENT_BY_PUBLISH)',
  },
  {
    name: 'the audit at the start leaves the trailing hand behind the present',
    file: 'core/dispatch.ts',
    code: "walk(taken, 'trailing', startedAt - START_OVERLAP, resend)",
    without: "walk(taken, 'trailing', startedAt + SENT_BY_PUBLISH + 0 * START_OVERLAP, resend)",
  },
  {
    name: 'who opens a finished event leaves an entry ahead of the trailing hand',
    file: 'core/retry.ts',
    code: "await store.keepReminder(event, { kind: 'look', key: event.key, at: lookAt(event.key, progress, now(), grace) });",
    without: 'void [lookAt, grace];',
  },
  {
    name: 'the tries of an event that was opened again count from there',
    file: 'core/lifecycle.ts',
    code: 'history.tryCount - (progress.triedBefore ?? 0)',
    without: 'history.tryCount',
  },
  {
    name: 'an event that is cancelled stays so when its attempt fails',
    file: 'core/cancel.ts',
    code: 'return (await store.recordUnlessChanged(event, read, progress)) ? { event, progress } : cancel(key);',
    without: 'return { event, progress };',
  },
  {
    name: 'an entry of the failed is there before the end is recorded',
    file: 'core/deliver.ts',
    code: 'await store.keepFailedEntry(event);\n      return void (await record(ended));',
    without: 'await record(ended);\n      return void (await store.keepFailedEntry(event));',
  },
  {
    name: 'who lost the reservation of an id adds no event',
    file: 'core/publish.ts',
    code: 'if (reserved.isOwn) return keep(event);',
    without: 'if (reserved.key !== undefined) return keep(event);',
  },
  {
    name: 'a reservation whose publisher died is completed',
    file: 'core/publish.ts',
    code: 'return keep(soonMarked({ ...event, key, createdAt }), true);',
    without:
      'return { published: { record: { event: { ...event, key, createdAt }, progress: firstProgress(event) }, isNew: false } };',
  },
  {
    name: 'an old reservation gets a new key, ahead of the hands',
    file: 'core/publish.ts',
    code: 'if (now() - reserved.createdAt < LONGEST_PUBLISH) {',
    without: 'if (now() - reserved.createdAt < 10_000 * LONGEST_PUBLISH) {',
  },
].map((rule) => ({ suites: core, ...rule }));
