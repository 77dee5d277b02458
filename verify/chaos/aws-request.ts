import { parseMessageText } from '../../adapters/sqs-due-queue.ts';

/** A request to the table or the due queue, as the SDK sends it. */
export type AwsRequest = { readonly operation: string; readonly asked: Asked };

type Asked = {
  readonly RequestItems?: Readonly<Record<string, readonly Write[] | Reads>>;
  readonly Entries?: readonly Entry[];
  readonly Item?: Attributes;
};
type Entry = { readonly Id: string; readonly MessageBody?: string };
type Write = { readonly PutRequest?: { readonly Item: Attributes } };
type Reads = { readonly Keys: readonly object[] };
type Attributes = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** A write of a deliverer: the progress after an attempt, or (`last`) the failed entry that is put before the end. */
export type WantedRecord = { readonly uuid: string; readonly attempt: number | 'last' };

export function recordsIn({ asked: { Item, RequestItems = {} } }: AwsRequest): readonly WantedRecord[] {
  const batched = Object.values(RequestItems).flatMap((items) => ('Keys' in items ? [] : items));
  const items = [Item, ...batched.map(({ PutRequest }) => PutRequest?.Item)];
  return items.flatMap((item): WantedRecord[] => {
    const [list, uuid = ''] = `${item?.pk?.S} ${item?.sk?.S}`.match(/^progress|^failed|[0-9a-f-]{36}/g) ?? [];
    if (list === 'progress') return [{ uuid, attempt: Number(item?.tryCount?.N) }];
    return list === 'failed' ? [{ uuid, attempt: 'last' }] : [];
  });
}

/** The attempt that a message asks for. `isMarked` says whether the message may be a duplicate. */
export type WantedAttempt = {
  readonly uuid: string;
  readonly attempt: number;
  readonly dueAt: number;
  readonly isMarked: boolean;
};

export function attemptsIn({ asked: { Entries = [] } }: AwsRequest): readonly WantedAttempt[] {
  return Entries.flatMap(({ MessageBody }) => {
    if (MessageBody === undefined) return [];
    const { key, attempt, at, mayBeDuplicate = false } = parseMessageText(MessageBody);
    return [{ uuid: key.uuid, attempt, dueAt: at, isMarked: mayBeDuplicate }];
  });
}

/**
 * A batch in two parts: the part that is done, the part that is left, and the fields with which AWS reports the latter.
 */
export type Split = { readonly done: AwsRequest; readonly left: AwsRequest; readonly answerForRest: object };

/**
 * Splits a batch. Returns undefined unless the request is a batch of several.
 *
 * @param share the share of the batch that is done, from 0 to 1
 */
export function split({ operation, asked }: AwsRequest, share: number): Split | undefined {
  if (asked.Entries !== undefined) return splitEntries(operation, asked, asked.Entries, share);
  const [name = '', items = []] = Object.entries(asked.RequestItems ?? {})[0] ?? [];
  const isRead = 'Keys' in items;
  const all: readonly object[] = isRead ? items.Keys : items;
  const most = cutOf(all, share);
  if (most === 0) return undefined;
  const request = (some: readonly object[]) => ({ [name]: isRead ? { ...items, Keys: some } : some });
  const part = (some: readonly object[]) =>
    ({ operation, asked: { ...asked, RequestItems: request(some) } }) as AwsRequest;
  const rest = all.slice(most);
  const answerForRest = { [isRead ? 'UnprocessedKeys' : 'UnprocessedItems']: request(rest) };
  return { done: part(all.slice(0, most)), left: part(rest), answerForRest };
}

function splitEntries(operation: string, asked: Asked, all: readonly Entry[], share: number): Split | undefined {
  const most = cutOf(all, share);
  if (most === 0) return undefined;
  const part = (Entries: readonly Entry[]) => ({ operation, asked: { ...asked, Entries } });
  const rest = all.slice(most);
  const Failed = rest.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false }));
  return { done: part(all.slice(0, most)), left: part(rest), answerForRest: { Failed } };
}

/** Returns how many of a batch are done, so that at least one is done and one is left. Returns 0 for fewer than two. */
function cutOf(all: readonly object[], share: number): number {
  return all.length < 2 ? 0 : 1 + Math.floor(share * (all.length - 1));
}
