import { CopyButton } from './copy-button.tsx';
import { PlainText } from './plain-text.tsx';

type Props = {
  readonly text: string;
  /** What the text is, such as "request body". It names the block and its button. */
  readonly what: string;
};

/**
 * A text in a fixed-width font that can be scrolled by keyboard and copied. It is always shown as text, never as HTML.
 * Characters that would change the direction of the text are named instead; the copy has them as they are.
 */
export function CodeBlock({ text, what }: Props) {
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/useSemanticElements: A fieldset would be announced as a part of a form. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: A block that scrolls must be reachable by keyboard. */}
      <div class="scrolls" role="group" tabIndex={0} aria-label={what}>
        <pre>
          <PlainText text={text} />
        </pre>
      </div>
      <CopyButton text={text} what={what} small />
    </div>
  );
}
