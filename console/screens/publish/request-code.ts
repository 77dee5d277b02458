import { curlCommand } from '../../text/curl.ts';
import { fetchCode, quoted } from '../../text/fetch-code.ts';

const VARIABLE = 'EVENT_QUEUE_KEY';

type ApiRequest = {
  /** The address of the queue, such as `https://queue.example.com`. */
  readonly origin: string;
  /** The API key to write into the code. Undefined for a secret one, which the code takes from its environment. */
  readonly key: string | undefined;
  /** The text of the event to publish. */
  readonly json: string;
};

/** The request that publishes an event, as a command for a shell and as TypeScript. */
export function requestCode({ origin, key, json }: ApiRequest): { readonly curl: string; readonly typescript: string } {
  const url = `${origin}/events`;
  return {
    curl: curlCommand({
      method: 'POST',
      url,
      headers: [
        ['x-api-key', key ?? { variable: VARIABLE }],
        ['content-type', 'application/json'],
      ],
      body: { text: json },
    }),
    typescript: fetchCode({ url, key: key === undefined ? `process.env.${VARIABLE}` : quoted(key), json }),
  };
}
