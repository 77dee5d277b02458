import { randomBytes } from 'node:crypto';
import type { SigningSecret, SigningSecrets } from '../core/ports.ts';
import type { DynamoTable, ItemKey } from './dynamo-table.ts';
import { secretText } from './webhook-signature.ts';

const FORMAT = 1;
const ITEM: ItemKey = { pk: 'secret', sk: 'secret' };
const SECRET_BYTES = 32;
const REMEMBERED_FOR = 30_000;
const OLD_ONE_SIGNS_FOR = 24 * 3_600_000;
/** Of secrets that were rotated away within a day, more are not kept: each lengthens every call. */
const MOST_SECRETS = 10;

type SecretsItem = ItemKey & { readonly version: number; readonly secrets: readonly SigningSecret[] };

/** The secrets of a queue in its table, made when they are first asked for. Each reader remembers them for 30 s. */
export function dynamoSigningSecrets(table: DynamoTable, now: () => number): SigningSecrets {
  let remembered: { readonly secrets: readonly SigningSecret[]; readonly until: number } | undefined;
  let reading: Promise<readonly SigningSecret[]> | undefined;

  /** Of this moment, from the table. */
  async function read(): Promise<readonly SigningSecret[]> {
    const found = (await table.get(ITEM)) as SecretsItem | undefined;
    return live(found?.secrets ?? (await replaced(undefined)));
  }

  /** Whoever comes second, takes what the first has put. */
  async function replaced(item: SecretsItem | undefined): Promise<readonly SigningSecret[]> {
    const [current, ...old] = item?.secrets ?? [];
    const until = now() + OLD_ONE_SIGNS_FOR;
    const secrets = [
      { secret: secretText(randomBytes(SECRET_BYTES)) },
      ...(current ? [{ ...current, until }] : []),
      ...live(old),
    ];
    const version = item?.version ?? 0;
    const next = { ...ITEM, format: FORMAT, version: version + 1, secrets: secrets.slice(0, MOST_SECRETS) };
    const condition = item
      ? { expression: 'version = :version', values: { ':version': version } }
      : { expression: 'attribute_not_exists(pk)' };
    if (await table.putIf(next, condition)) return next.secrets;
    return ((await table.get(ITEM)) as SecretsItem).secrets;
  }

  function live(secrets: readonly SigningSecret[]): readonly SigningSecret[] {
    return secrets.filter(({ until = Number.POSITIVE_INFINITY }) => now() < until);
  }

  function remember(secrets: readonly SigningSecret[]): readonly SigningSecret[] {
    remembered = { secrets, until: now() + REMEMBERED_FOR };
    return secrets;
  }

  return {
    async find() {
      if (remembered !== undefined && now() < remembered.until) return live(remembered.secrets);
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return remember(await reading);
    },

    async rotate() {
      return remember(live(await replaced((await table.get(ITEM)) as SecretsItem | undefined)));
    },
  };
}
