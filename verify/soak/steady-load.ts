import { setTimeout as sleep } from 'node:timers/promises';
import { moodyPath } from '../shared/moody-receiver.ts';

const BAD_SHARE = 0.05;
const TRIES = 3;
const LOOK_EVERY = 10;
/**
 * The requests at a time. If the queue does not keep up, there are no more, and the load is lower than it should be.
 */
const MOST_UNDER_WAY = 500;

/** The load of a queue so far, and the ends that its events must have. */
export type Load = {
  published: number;
  /** The number of accepted events that must succeed. */
  succeeding: number;
  /** The number of accepted events that must fail for good. */
  failing: number;
  /** The answer or the failure of each request that was not accepted. */
  readonly errors: string[];
};

type Target = {
  readonly queueUrl: string;
  readonly receiverUrl: string;
  readonly rate: number;
  readonly chance: () => number;
};

/**
 * Publishes `rate` events in each second, evenly spread, until an instant. Resolves when the last request is answered.
 */
export async function steadyLoad({ rate, ...target }: Target, until: number, load: Load): Promise<void> {
  const startedAt = Date.now();
  const underWay = new Set<Promise<void>>();
  for (let wished = 0; Date.now() < until; await sleep(LOOK_EVERY)) {
    for (
      const due = ((Date.now() - startedAt) / 1_000) * rate;
      wished < due && underWay.size < MOST_UNDER_WAY;
      wished++
    ) {
      const publishing = publish(wished, target, load).finally(() => underWay.delete(publishing));
      underWay.add(publishing);
    }
  }
  await Promise.all(underWay);
}

async function publish(number: number, target: Omit<Target, 'rate'>, load: Load): Promise<void> {
  const { url, fails } = placeOf(number, target);
  const event = {
    url_to_send_request: url,
    body: { number },
    call_url_after: target.chance() < 0.7 ? 0 : Math.round(target.chance() * 4_000) / 1_000,
    timeout_for_request: 1,
    max_try_count: TRIES,
    retry_delay: 1,
    keep_result_for: 60,
  };
  const problem = await post(`${target.queueUrl}/events`, event);
  if (problem !== undefined) return void load.errors.push(problem);
  load.published++;
  if (fails) load.failing++;
  else load.succeeding++;
}

/** Returns the URL of an event. One of twenty is bad, and half of the bad ones are bad at the first attempt only. */
function placeOf(number: number, { receiverUrl, chance }: Omit<Target, 'rate'>): { url: string; fails: boolean } {
  const good = {
    url: `${receiverUrl}${moodyPath(String(number), { deed: 'answers 200', attempts: 0 })}`,
    fails: false,
  };
  if (chance() >= BAD_SHARE) return good;
  const deeds = ['stalls', 'answers 503', 'answers garbage', 'hangs up', 'refuses'] as const;
  const deed = deeds[Math.floor(chance() * deeds.length)] ?? 'stalls';
  // No server listens at this address of the loopback interface, on any port, so the connection is refused.
  if (deed === 'refuses') return { url: `${receiverUrl.replace('127.0.0.1', '127.0.0.2')}/${number}`, fails: true };
  const attempts = chance() < 0.5 ? 1 : TRIES;
  return { url: `${receiverUrl}${moodyPath(String(number), { deed, attempts })}`, fails: attempts === TRIES };
}

/** Posts an event. Resolves with undefined if it was accepted, and otherwise with the answer or the failure. */
async function post(url: string, event: object): Promise<string | undefined> {
  const headers = { 'x-api-key': 'demo', 'content-type': 'application/json' };
  try {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(event) });
    const answer = await response.text();
    return response.status === 201 ? undefined : answer;
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}
