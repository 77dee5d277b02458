import type { Problem } from '../state/api-client.ts';
import { isOffline } from '../state/session.ts';
import { Icon } from './icon.tsx';
import { RelativeInstant } from './instant.tsx';

type Props = {
  readonly problem: Problem;
  /** When the data that the page still shows were received, in epoch milliseconds. */
  readonly asOf?: number | undefined;
  readonly retry?: () => void;
};

/** Says what went wrong and what to do, how old the data are that still stand on the page, and offers to ask again. */
export function ProblemNotice({ problem, asOf, retry }: Props) {
  // While the banner says that the queue does not answer, the notice does not repeat it.
  const isSaidAbove = isOffline.value && problem.kind === 'unreachable' && asOf !== undefined;
  return (
    <div class="notice alarm" role="alert">
      <Icon name="warning" />
      <div>
        {!isSaidAbove && (
          <>
            <strong>{problem.title}.</strong> {!problem.errors?.length && problem.detail}
          </>
        )}
        {problem.errors && (
          <ul>
            {problem.errors.map(({ path, detail }) => (
              <li key={path + detail}>
                {path !== '' && (
                  <>
                    <code>{path}</code>:{' '}
                  </>
                )}
                {detail}
              </li>
            ))}
          </ul>
        )}
        {asOf !== undefined && (
          <p class="muted">
            What is shown here was received <RelativeInstant at={asOf} />.
          </p>
        )}
      </div>
      {retry && (
        <button type="button" onClick={retry}>
          Ask again
        </button>
      )}
    </div>
  );
}
