import { randomBytes } from 'node:crypto';
import type { SigningSecret, SigningSecrets } from '../core/ports.ts';
import { freshness, type Mark } from './freshness.ts';
import type { ItemKey, Table } from './table.ts';
import { secretText } from './webhook-signature.ts';

const FORMAT = 1;
const ITEM: ItemKey = { pk: 'secret', sk: 'secret' };
const SECRET_BYTES = 32;
const REMEMBERED_FOR = 30_000;
const OLD_ONE_SIGNS_FOR = 24 * 3_600_000;
/** Of secrets that were rotated away within a day, more are not kept: each lengthens every call. */
const MOST_SECRETS = 10;

type SecretsItem = ItemKey & { readonly version: number; readonly secrets: readonly SigningSecret[] };

type Known = Pick<SecretsItem, 'version' | 'secrets'>;

/** The secrets of a queue in its table, made when they are first asked for. Whoever signs remembers them for 30 s after they were read. */
export function dynamoSigningSecrets(
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

  /** Whoever comes second, takes what the first has put. */
  async function replace(item: SecretsItem | undefined): Promise<Known> {
    const { version = 0, secrets: [current, ...old] = [] } = item ?? {};
    const until = now() + OLD_ONE_SIGNS_FOR;
    const secrets = [
      { secret: secretText(randomBytes(SECRET_BYTES)) },
      ...(current ? [{ ...current, until }] : []),
      ...live(old),
    ];
    const next = { ...ITEM, format: FORMAT, version: version + 1, secrets: secrets.slice(0, MOST_SECRETS) };
    const condition = item ? ({ kind: 'equal', attributes: { version } } as const) : ({ kind: 'absent' } as const);
    return (await table.putIf(next, [condition])) ? next : ((await find()) ?? next);
  }

  function live(secrets: readonly SigningSecret[]): readonly SigningSecret[] {
    return secrets.filter(({ until = Number.POSITIVE_INFINITY }) => now() < until);
  }

  /** What was read before a rotation may arrive after it. */
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
