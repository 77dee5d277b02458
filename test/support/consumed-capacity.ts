import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export type Meter = {
  /** Capacity units, as DynamoDB bills them. */
  readonly writes: number;
  readonly reads: number;
  /** How many calls of each operation were made, for example `{ BatchWriteItem: 2 }`. */
  readonly calls: Readonly<Record<string, number>>;
  reset(): void;
};

type Units = { readonly CapacityUnits?: number };
type Output = { readonly ConsumedCapacity?: Units | readonly Units[] };

/** Counts the capacity units and the calls of every further command of the client. */
export function meter(client: Pick<DynamoDBDocumentClient, 'middlewareStack'>): Meter {
  const zero = { writes: 0, reads: 0, calls: {} };
  const total: { writes: number; reads: number; calls: Record<string, number> } = { ...zero };

  client.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      const kind = /Get|Query|Scan/.test(operation) ? 'reads' : 'writes';
      total.calls = { ...total.calls, [operation]: (total.calls[operation] ?? 0) + 1 };
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      total[kind] += unitsOf(result.output as Output);
      return result;
    },
    { step: 'initialize' },
  );

  return Object.assign(total, { reset: () => void Object.assign(total, zero) });
}

function unitsOf({ ConsumedCapacity = [] }: Output): number {
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
