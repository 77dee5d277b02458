export const scopes = ['publish', 'read', 'manage', 'admin'] as const;

/** A permission of a caller of the queue. */
export type Scope = (typeof scopes)[number];

/** A label has at most this many characters. */
export const LONGEST_LABEL = 100;

/** The form of the id of a key. */
const ID = /^[0-9a-f]{16}$/;

/** A caller of the queue, without its secret. */
export type ApiKey = {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
};

/** A key as it is stored, without its secret. `createdAt` is in epoch milliseconds. */
export type StoredKey = ApiKey & { readonly createdAt: number };

export type NewKey = Pick<ApiKey, 'label' | 'scopes'>;

export function isKeyId(text: string): boolean {
  return ID.test(text);
}

/**
 * Whether a text can be the label of a key: 1 to 100 characters that are not all blank, none of which is a control
 * character, because a line feed would let a label look like another line of a list.
 */
export function isLabel(text: string): boolean {
  return text.trim() !== '' && text.length <= LONGEST_LABEL && !/\p{Cc}/u.test(text) && text.isWellFormed();
}
