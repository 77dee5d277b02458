import { setImmediate } from 'node:timers/promises';
import { elementsOf, JsonText, membersOf } from './wire/json-text.ts';
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from './wire/new-event.ts';

export const MOST_IN_A_BATCH = 100;
/**
 * The number of members of an object that are read, more than any event or search has. Members beyond it are only
 * counted.
 */
const MOST_MEMBERS = 200;
/**
 * The number of values of an event, without its body, that are parsed, more than a valid event has. A member that goes
 * beyond it stays a `JsonText`.
 */
const MOST_VALUES = 10_000;
/** The number of characters of a batch that are read before other requests may run. */
const MOST_READ_AT_ONCE = 64 * 1_024;

const LEFT_OUT = Symbol('how many members were left out');

/**
 * Parses the JSON of a request: an event, a list of events, or an object with a list of `events` or with an `event`. It
 * parses piece by
 * piece, and each piece only after a check that it is small, so that no request keeps others waiting. The JSON body of
 * an event stays a `JsonText`, and so does a value that is too large to be part of an event. Of a list that is too long
 * for a batch, only one element too many is read.
 *
 * @throws SyntaxError if a part that was read is not JSON
 */
export async function readJson(text: string): Promise<unknown> {
  const { kind } = new JsonText(text.trimStart());
  if (kind === 'array') return readEvents(text);
  if (kind !== 'object') return JSON.parse(text);
  const { members, leftOut } = firstMembers(text);
  const events = lastMember(members, 'events', 'array');
  const event = lastMember(members, 'event', 'object');
  const others = readMembers({ members: members.filter((member) => member !== events && member !== event), leftOut });
  if (event !== undefined) addEvent(others, firstMembers(event[1].text));
  return events === undefined ? others : Object.assign(others, { events: await readEvents(events[1].text) });
}

/** The last member with a name, which counts, if it is of a kind. */
function lastMember(members: Members['members'], name: string, kind: JsonText['kind']) {
  const last = members.findLast(([one]) => one === name);
  return last?.[1].kind === kind ? last : undefined;
}

/** Adds the event of a schedule. Its members that were not read count as members of the whole. */
function addEvent(to: object, members: Members): void {
  const leftOut = membersLeftOut(to) + members.leftOut;
  Object.assign(to, { event: readMembers({ ...members, leftOut: 0 }) }, leftOut > 0 && { [LEFT_OUT]: leftOut });
}

/** The number of members of an object that `readJson` did not read, because there were too many. */
export function membersLeftOut(json: unknown): number {
  return typeof json === 'object' && json !== null && LEFT_OUT in json ? Number(json[LEFT_OUT]) : 0;
}

async function readEvents(list: string): Promise<readonly unknown[]> {
  const events: unknown[] = [];
  let sincePause = 0;
  for (const { text } of elementsOf(list)) {
    sincePause += text.length;
    if (sincePause > MOST_READ_AT_ONCE) {
      sincePause = 0;
      await setImmediate();
    }
    events.push(text.startsWith('{') ? readMembers(firstMembers(text)) : readOther(new JsonText(text)));
    if (events.length > MOST_IN_A_BATCH) break;
  }
  return events;
}

type Members = { readonly members: readonly (readonly [name: string, value: JsonText])[]; readonly leftOut: number };

function firstMembers(object: string): Members {
  const members: (readonly [string, JsonText])[] = [];
  for (const member of membersOf(object)) {
    const seen = members.length;
    if (seen === MOST_MEMBERS) return { members, leftOut: new JsonText(object.trimStart()).partCount - seen };
    members.push(member);
  }
  return { members, leftOut: 0 };
}

/**
 * Makes the object with these members. The last of several members with the same name counts, as with `JSON.parse`. A
 * value that is too large to be parsed takes precedence over all others of its name, so that it is refused: nobody
 * knows whether it is JSON.
 */
function readMembers({ members, leftOut }: Members): object {
  let room = MOST_VALUES;
  const read: [string, unknown][] = [];
  const unread: [string, JsonText][] = [];
  for (const [name, text] of members) {
    const values = name === 'body' ? 0 : text.valuesUpTo(room);
    const isSmall = name === 'body' ? isReadableBody(text) : values <= room;
    room -= isSmall ? values : 0;
    if (!isSmall) unread.push([name, text]);
    else read.push([name, name === 'body' ? readBody(text) : JSON.parse(text.text)]);
  }
  const fields = Object.fromEntries<unknown>([...read, ...unread]);
  return Object.assign(fields, leftOut > 0 && { [LEFT_OUT]: leftOut });
}

function isReadableBody(body: JsonText): boolean {
  return body.kind === 'string' || (body.text.length <= MAX_BODY_BYTES && body.depth <= MAX_BODY_DEPTH);
}

/**
 * The value of a string or of null. Any other body stays a text, because parsing and writing it again could change it.
 */
function readBody(body: JsonText): unknown {
  const value: unknown = JSON.parse(body.text);
  return body.kind === 'string' || value === null ? value : body;
}

/**
 * Reads an element of a batch that is not an object, and so not an event. A large one is read as null, because only the
 * fact that it is no event counts.
 */
function readOther(value: JsonText): unknown {
  return value.valuesUpTo(MOST_VALUES) > MOST_VALUES ? null : JSON.parse(value.text);
}
