import { useSignal } from '@preact/signals';
import { BodyView } from '../../parts/body-view.tsx';
import { HeaderList } from '../../parts/header-list.tsx';
import type { EventAnswer } from '../../state/api-types.ts';
import { answeredAttempt } from './answered-attempt.ts';

/** The latest answer of the receiver. */
export function AnswerCard({ event }: { readonly event: EventAnswer }) {
  const areSecretsShown = useSignal(false);
  const { request_response_status_code: status, request_response_headers: headers } = event;
  const answered = answeredAttempt(event);
  const last = event.attempts.at(-1);
  return (
    <section class="card exchange" aria-labelledby="answer-title">
      <div class="part-head">
        <h2 id="answer-title">Answer</h2>
        {answered && <span class="muted">to attempt {answered.number}</span>}
      </div>
      {answered && last !== undefined && last !== answered && (
        <p>Attempt {last.number} got no answer. This one is older.</p>
      )}
      {status === null ? (
        <p class="muted">{whyNone(event)}</p>
      ) : (
        <>
          <p class={`status-line ${status < 300 ? 'good' : 'bad'}`}>{status}</p>
          <HeaderList headers={Object.entries(headers ?? {})} what="answer" areSecretsShown={areSecretsShown} />
          <BodyView what="answer body" body={bodyOf(event)} isCut={event.request_response_truncated === true} />
        </>
      )}
    </section>
  );
}

function whyNone({ try_count: tries }: EventAnswer): string {
  return tries === 0 ? 'The receiver has not been called yet.' : 'The receiver has never answered.';
}

function bodyOf({ request_response_body: text, request_response_body_base64: base64 }: EventAnswer) {
  if (base64 !== null) return { base64 };
  return text === null ? undefined : { text };
}
