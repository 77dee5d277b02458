import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

type Props = {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
};

/** A modal dialog. Escape closes it, and the focus returns to where it was. */
export function Dialog({ title, close, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);

  /**
   * Closes the dialog by its owner alone. Otherwise the browser would hide it first and tell the owner later, and a key
   * that opens it again in between would be lost.
   */
  function closeByEscape(cancelled: Event): void {
    cancelled.preventDefault();
    close();
  }

  return (
    <dialog ref={element} aria-labelledby={titleId} onCancel={closeByEscape} onClose={close}>
      <div class="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="quiet small" onClick={close}>
          <Icon name="close" />
          <span class="only-read">Close</span>
        </button>
      </div>
      {children}
    </dialog>
  );
}
