import type { ComponentChildren } from 'preact';
import { exampleCommand, exampleTarget } from '../state/example-command.ts';
import { CodeBlock } from './code-block.tsx';
import { Empty } from './empty.tsx';

type Props = {
  readonly title?: string;
  /** What else there is to say. */
  readonly children?: ComponentChildren;
};

/** Shows how to publish the first event. */
export function FirstEvent({ title = 'No events yet', children }: Props) {
  return (
    <Empty title={title}>
      {children}
      <p>
        Publish one from a terminal, or with <a href="/console/publish">a form</a>. It appears here within seconds.
      </p>
      <CodeBlock
        text={exampleCommand('POST', '/events', { url_to_send_request: exampleTarget() })}
        what="curl command"
      />
    </Empty>
  );
}
