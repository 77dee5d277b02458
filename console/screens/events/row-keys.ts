import { useEffect } from 'preact/hooks';
import { tinykeys } from 'tinykeys';
import { whileNotTyping } from '../../state/keyboard.ts';
import { focusedRow, useRowWalk } from '../../state/row-walk.ts';

export type RowActions = {
  readonly select: (key: string) => void;
  readonly retry: (key: string) => void;
  readonly cancel: (key: string) => void;
};

/** Lets the keyboard walk over the rows and act on the one that has the focus. A row has its event's key. */
export function useRowKeys({ select, retry, cancel }: RowActions): void {
  useRowWalk();
  useEffect(
    () =>
      tinykeys(
        window,
        whileNotTyping({
          x: () => onFocused(select),
          r: () => onFocused(retry),
          c: () => onFocused(cancel),
        }),
      ),
    [select, retry, cancel],
  );
}

function onFocused(act: (key: string) => void): void {
  const key = focusedRow();
  if (key !== undefined) act(key);
}
