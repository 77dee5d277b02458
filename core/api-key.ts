export const scopes = ['publish', 'read', 'manage', 'admin'] as const;

/** A permission of a caller of the queue. */
export type Scope = (typeof scopes)[number];

/** A caller of the queue, without its secret. */
export type ApiKey = {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly Scope[];
};
