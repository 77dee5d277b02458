import { setImmediate } from 'node:timers/promises';
import { elementsOf, JsonText, membersOf } from './wire/json-text.ts';
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from './wire/new-event.ts';

export const MOST_IN_A_BATCH = 100;
/** No event and no search has as many members. Those beyond are counted, and not looked at. */
const MOST_MEMBERS = 200;
/** More than any event has, without its body. What goes beyond is too much of something, and stays a text. */
const MOST_VALUES = 10_000;
/** After so many characters of a batch, others get their turn. */
const TURN = 64 * 1_024;

const LEFT_OUT = Symbol('how many members were left out');

/**
 * The JSON of a request: an event, a list of events, or an object with a list of `events`. It is parsed piece by piece, each piece
 * only after it was seen to be small enough, so that no request keeps others waiting. An event's JSON body, and what is too large to be
 * part of an event, stays a `JsonText`; of a list that is too long, one element more than a batch may have is read.
 *
 * @throws SyntaxError if it is not JSON, as far as it was looked at
 */
export async function readJson(text: string): Promise<unknown> {
  const { kind } = new JsonText(text.trimStart());
  if (kind === 'array') return readEvents(text);
  if (kind !== 'object') return JSON.parse(text);
  const { members, leftOut } = firstMembers(text);
  const events = members.findLast(([name]) => name === 'events');
  if (events?.[1].kind !== 'array') return readMembers({ members, leftOut });
  const others = readMembers({ members: members.filter((member) => member !== events), leftOut });
  return Object.assign(others, { events: await readEvents(events[1].text) });
}

/** How many members of an object were not looked at, because it has too many. */
export function membersLeftOut(json: unknown): number {
  return typeof json === 'object' && json !== null && LEFT_OUT in json ? Number(json[LEFT_OUT]) : 0;
}

async function readEvents(list: string): Promise<readonly unknown[]> {
  const events: unknown[] = [];
  let sinceTurn = 0;
  for (const { text } of elementsOf(list)) {
    sinceTurn += text.length;
    if (sinceTurn > TURN) {
      sinceTurn = 0;
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
 * The object with these members. Of several of one name the last counts, as with `JSON.parse`; but a value that is too large to be read is
 * not known to be JSON, and stays a text also if another one follows.
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

/** A string or null says all there is to it; anything else would be changed by writing it again. */
function readBody(body: JsonText): unknown {
  const value: unknown = JSON.parse(body.text);
  return body.kind === 'string' || value === null ? value : body;
}

/** What is no object is no event, whatever else it is: a large list is null. */
function readOther(value: JsonText): unknown {
  return value.valuesUpTo(MOST_VALUES) > MOST_VALUES ? null : JSON.parse(value.text);
}
