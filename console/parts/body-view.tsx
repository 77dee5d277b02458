import { useSignal } from '@preact/signals';
import { base64Length, byteSize, utf8Length } from '../text/byte-size.ts';
import type { SentRequest } from '../text/curl.ts';
import { prettyJson } from '../text/json-text.ts';
import { CodeBlock } from './code-block.tsx';
import { Segments } from './segments.tsx';

type Props = {
  /** Whose body this is, such as "request body". */
  readonly what: string;
  readonly body: SentRequest['body'];
  /** Whether only the beginning was kept. */
  readonly isCut?: boolean;
};

const forms = [
  { value: 'pretty', text: 'Pretty' },
  { value: 'raw', text: 'Raw' },
] as const;

/** A body as text, its JSON indented if the reader wants that. Bytes that are no text are shown in base64. */
export function BodyView({ what, body, isCut = false }: Props) {
  const form = useSignal<'pretty' | 'raw'>('pretty');
  if (body === undefined) return <BodyHead note="none" />;
  if ('base64' in body) {
    return (
      <div class="body">
        <BodyHead note={`${byteSize(base64Length(body.base64))} that are no text, in base64${cutNote(isCut)}`} />
        <CodeBlock text={body.base64} what={`${what} in base64`} />
      </div>
    );
  }
  const { text } = body;
  if (text === '') return <BodyHead note={`empty${cutNote(isCut)}`} />;
  const pretty = prettyJson(text);
  return (
    <div class="body">
      <div class="part-head">
        <BodyHead note={`${byteSize(utf8Length(text))}${cutNote(isCut)}`} />
        {pretty !== undefined && (
          <Segments
            label={`Form of the ${what}`}
            options={forms}
            chosen={form.value}
            choose={(one) => (form.value = one)}
          />
        )}
      </div>
      <CodeBlock text={pretty === undefined || form.value === 'raw' ? text : pretty} what={what} />
    </div>
  );
}

function BodyHead({ note }: { readonly note: string }) {
  return (
    <h3>
      Body <span class="note">{note}</span>
    </h3>
  );
}

function cutNote(isCut: boolean): string {
  return isCut ? ', the beginning of a longer one' : '';
}
