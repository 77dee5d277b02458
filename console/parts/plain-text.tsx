import { splitAtControls } from '../text/direction-controls.ts';

/** A text of a stranger. Characters that would change the direction of a text are named, so that it reads as it is. */
export function PlainText({ text }: { readonly text: string }) {
  return splitAtControls(text).map((part) =>
    'text' in part ? (
      part.text
    ) : (
      <span class="control" title="A character that changes the direction of the text">
        {part.control}
      </span>
    ),
  );
}
