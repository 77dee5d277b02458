import { curlCommand } from '../text/curl.ts';
import { pageOptions } from './page-options.ts';
import { isGivenKey } from './session.ts';

const FALLBACK_TARGET = 'https://example.com';

/** The URL that examples call. */
export function exampleTarget(): string {
  return pageOptions.target ?? FALLBACK_TARGET;
}

/** A command for a shell that sends a request with a JSON body to the API. */
export function exampleCommand(method: string, path: string, body: unknown): string {
  const key = isGivenKey.value ? pageOptions.key : undefined;
  return curlCommand({
    method,
    url: `${location.origin}${path}`,
    headers: [
      ['x-api-key', key ?? 'YOUR_API_KEY'],
      ['content-type', 'application/json'],
    ],
    body: { text: JSON.stringify(body) },
  });
}
