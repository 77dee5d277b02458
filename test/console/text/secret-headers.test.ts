import { expect, test } from '@jest/globals';
import { isSecretHeader } from '../../../console/text/secret-headers.ts';

test.each(['Authorization', 'cookie', 'set-cookie', 'X-API-Key', 'x-auth-token', 'x_secret', 'password', 'x-session'])(
  '%s is hidden',
  (name) => {
    expect(isSecretHeader(name)).toBe(true);
  },
);

test.each(['content-type', 'x-team', 'author', 'keep-alive', 'x-monkey', 'etag', 'x-tokenizer'])(
  '%s is shown',
  (name) => {
    expect(isSecretHeader(name)).toBe(false);
  },
);
