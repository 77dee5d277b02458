import { useSignal } from '@preact/signals';
import { curlCommand, type ShellVariable } from '../text/curl.ts';
import { isSecretHeader } from '../text/secret-headers.ts';
import { type Target, targetRequest } from '../text/target-request.ts';
import { BodyView } from './body-view.tsx';
import { CodeBlock } from './code-block.tsx';
import { CopyButton } from './copy-button.tsx';
import { HeaderList } from './header-list.tsx';

type Props = { readonly event: Target; readonly bodyText: string | undefined };

/** What is sent to the receiver at each attempt. */
export function RequestCard({ event, bodyText }: Props) {
  const areSecretsShown = useSignal(false);
  const { headers, body, ...request } = targetRequest(event, bodyText);
  const hasSecrets = headers.some(([name]) => isSecretHeader(name));
  const isMasked = hasSecrets && !areSecretsShown.value;

  return (
    <section class="card exchange" aria-labelledby="request-title">
      <div class="part-head">
        <h2 id="request-title">Request</h2>
        <CopyButton
          text={() => curlCommand({ ...request, body, headers: isMasked ? headers.map(masked) : headers })}
          what={isMasked ? 'as curl, without hidden values' : 'as curl'}
        />
      </div>
      <CodeBlock text={`${request.method} ${request.url}`} what="method and URL" />
      <HeaderList headers={headers} what="request" areSecretsShown={areSecretsShown} />
      <BodyView what="request body" body={body} />
      <p class="muted small-print">
        The queue adds <code>webhook-id</code>, <code>webhook-timestamp</code>, <code>webhook-signature</code>,{' '}
        <code>event-queue-key</code> and <code>event-queue-attempt</code> to each attempt.
      </p>
    </section>
  );
}

/** Takes a value out that is hidden on the page, so that it is not copied by mistake. */
function masked([name, value]: readonly [string, string]): readonly [string, string | ShellVariable] {
  return [name, isSecretHeader(name) ? { variable: name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_') } : value];
}
