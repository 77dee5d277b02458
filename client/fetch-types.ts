import type { Signal } from './signal.ts';

/** What the client gives to `fetch`. It is described here, so that this room needs the types of no platform. */
export type SentRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly signal: Signal;
  readonly redirect: 'manual';
};

/** What the client needs of a `Response`. */
export type ReceivedAnswer = {
  readonly ok: boolean;
  readonly status: number;
  readonly type?: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
};
