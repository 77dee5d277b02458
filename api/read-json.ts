import { setImmediate } from 'node:timers/promises';
import { elementsOf, JsonText, membersOf } from '../core/json-text.ts';
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../core/new-event.ts';

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
  const members = firstMembers(text);
  const events = members.texts.get('events');
  if (events?.kind !== 'array') return readMembers(members);
  members.texts.delete('events');
  return Object.assign(readMembers(members), { events: await readEvents(events.text) });
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

type Members = { readonly texts: Map<string, JsonText>; readonly leftOut: number };

/** Of several members of one name the last, as with `JSON.parse`. */
function firstMembers(object: string): Members {
  const texts = new Map<string, JsonText>();
  let seen = 0;
  for (const [name, value] of membersOf(object)) {
    if (seen === MOST_MEMBERS) return { texts, leftOut: new JsonText(object.trimStart()).partCount - seen };
    seen++;
    texts.set(name, value);
  }
  return { texts, leftOut: 0 };
}

/** Not by assignment: a member called `__proto__` is a member like others. */
function readMembers({ texts, leftOut }: Members): object {
  let room = MOST_VALUES;
  const fields = [...texts].map(([name, text]) => {
    if (name === 'body') return [name, readBody(text)];
    const values = text.valuesUpTo(room);
    if (values > room) return [name, text];
    room -= values;
    return [name, JSON.parse(text.text)];
  });
  return Object.assign(Object.fromEntries(fields), leftOut > 0 && { [LEFT_OUT]: leftOut });
}

/** A string or null says all there is to it; anything else would be changed by writing it again. */
function readBody(body: JsonText): unknown {
  const { text, kind } = body;
  if (kind === 'string') return JSON.parse(text);
  if (text.length > MAX_BODY_BYTES || body.depth > MAX_BODY_DEPTH) return body;
  return JSON.parse(text) === null ? null : body;
}

/** What is no object is no event, whatever else it is: a large list is null. */
function readOther(value: JsonText): unknown {
  return value.valuesUpTo(MOST_VALUES) > MOST_VALUES ? null : JSON.parse(value.text);
}
