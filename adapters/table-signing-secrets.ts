import { randomBytes } from 'node:crypto';
import { DAY, SECOND } from '../core/durations.ts';
import type { SigningSecret, SigningSecrets } from '../core/ports.ts';
import { freshness, type Mark } from './freshness.ts';
import { ITEM_FORMAT } from './item-format.ts';
import type { ItemKey, Table } from './table.ts';
import { secretText } from './webhook-signature.ts';

const ITEM: ItemKey = { pk: 'secret', sk: 'secret' };
const SECRET_BYTES = 32;
/** The secrets are read again when they were read this many milliseconds ago. */
const REMEMBERED_FOR = 30 * SECOND;
/** A secret that was replaced still signs for this many milliseconds. */
const OLD_ONE_SIGNS_FOR = DAY;
/**
 * At most this many secrets sign at the same time, because each makes every call longer. Further rotations within a day
 * end the oldest one early.
 */
const MOST_SECRETS = 10;

type SecretsItem = ItemKey & { readonly version: number; readonly secrets: readonly SigningSecret[] };

type Known = Pick<SecretsItem, 'version' | 'secrets'>;

/**
 * Stores the signing secrets of a queue in its table. The first secret is created when it is first asked for. A process
 * remembers the secrets for 30 s after it has read them.
 */
export function tableSigningSecrets(
  table: Table,
  now: () => number,
  monotonic: () => number = () => performance.now(),
): SigningSecrets {
  const { mark, isFresh } = freshness(now, monotonic);
  let remembered: (Known & { readonly readAt: Mark }) | undefined;
  let reading: Promise<readonly SigningSecret[]> | undefined;

  async function read(): Promise<readonly SigningSecret[]> {
    const readAt = mark();
    return remember((await find()) ?? (await replace(undefined)), readAt);
  }

  async function find(): Promise<SecretsItem | undefined> {
    return (await table.get(ITEM)) as SecretsItem | undefined;
  }

  /**
   * Puts a new secret before the others. If another process has changed the secrets since `item` was read, the secrets
   * of that process are returned.
   */
  async function replace(item: SecretsItem | undefined): Promise<Known> {
    const { version = 0, secrets: [current, ...old] = [] } = item ?? {};
    const until = now() + OLD_ONE_SIGNS_FOR;
    const secrets = [
      { secret: secretText(randomBytes(SECRET_BYTES)) },
      ...(current ? [{ ...current, until }] : []),
      ...live(old),
    ];
    const next = { ...ITEM, format: ITEM_FORMAT, version: version + 1, secrets: secrets.slice(0, MOST_SECRETS) };
    const condition = item ? ({ kind: 'equal', attributes: { version } } as const) : ({ kind: 'absent' } as const);
    return (await table.putIf(next, [condition])) ? next : ((await find()) ?? next);
  }

  function live(secrets: readonly SigningSecret[]): readonly SigningSecret[] {
    return secrets.filter(({ until = Number.POSITIVE_INFINITY }) => now() < until);
  }

  /**
   * Remembers the secrets unless later ones are known already. A read that began before a rotation may end after it.
   */
  function remember(known: Known, readAt: Mark): readonly SigningSecret[] {
    if (known.version >= (remembered?.version ?? 0)) remembered = { ...known, readAt };
    return live((remembered ?? known).secrets);
  }

  return {
    fresh: read,

    async cached() {
      if (remembered !== undefined && isFresh(remembered.readAt, REMEMBERED_FOR)) return live(remembered.secrets);
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },

    async rotate() {
      const readAt = mark();
      return remember(await replace(await find()), readAt);
    },
  };
}
