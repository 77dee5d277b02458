/**
 * The `AbortSignal` of the platform for which the project is compiled. In a project whose compiler knows none, it is the
 * part that the client uses, so that the declarations of the client need the types of no platform.
 */
export type Signal = typeof globalThis extends { readonly AbortSignal: { readonly prototype: infer Known } }
  ? Known
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
      removeEventListener(type: 'abort', listener: () => void): void;
    };
