import type { ComponentChildren } from 'preact';
import { pageOptions } from '../state/page-options.ts';
import { isGivenKey } from '../state/session.ts';
import { curlCommand } from '../text/curl.ts';
import { CodeBlock } from './code-block.tsx';
import { Empty } from './empty.tsx';

const FALLBACK_TARGET = 'https://example.com';

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
      <CodeBlock text={curlOfFirstEvent()} what="curl command" />
    </Empty>
  );
}

function curlOfFirstEvent(): string {
  const key = isGivenKey.value ? pageOptions.key : undefined;
  return curlCommand({
    method: 'POST',
    url: `${location.origin}/events`,
    headers: [
      ['x-api-key', key ?? 'YOUR_API_KEY'],
      ['content-type', 'application/json'],
    ],
    body: { text: JSON.stringify({ url_to_send_request: pageOptions.target ?? FALLBACK_TARGET }) },
  });
}
