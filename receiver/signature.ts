const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;
/** Version 1 and the base64 of 32 bytes. The last digit has two bits that must be zero, so that no signature has two forms. */
const SIGNATURE = /^v1,([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/;
/** The fewest bytes that the standard allows a secret to have. A shorter one can be guessed, or is no secret at all. */
const FEWEST_BYTES = 24;
const SECRET = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/;

/** Makes a key of each secret. A string may hold several secrets, with white space or commas between. */
export async function signingKeys(secrets: string | readonly string[]): Promise<readonly CryptoKey[]> {
  const texts = [secrets ?? []].flat().flatMap((text) => String(text ?? '').split(/[\s,]+/));
  const given = texts.filter((text) => text !== '');
  if (given.length === 0) {
    throw new TypeError(
      'verify: secrets is empty. Give the signing secret of the queue, which GET /signing-secret answers: whsec_ and base64.',
    );
  }
  return Promise.all(given.map(importSecret));
}

/** The message of an error does not show the secret, because errors are logged. */
async function importSecret(text: string, index: number): Promise<CryptoKey> {
  const [, base64 = ''] = SECRET.exec(text) ?? [];
  const bytes = bytesOf(base64);
  if (bytes.length < FEWEST_BYTES) {
    throw new TypeError(
      `verify: secret ${index + 1} is no signing secret, which is whsec_ and the base64 of ${FEWEST_BYTES} bytes or more. Copy it from GET /signing-secret.`,
    );
  }
  return crypto.subtle.importKey('raw', bytes, HMAC, false, ['verify']);
}

export type SignedContent = { readonly id: string; readonly timestamp: string; readonly body: Uint8Array };

/**
 * Whether any of the signatures is right for any of the keys. WebCrypto compares in constant time. Signatures of other
 * versions are passed over, so that the queue may add one.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function isSigned(
  { id, timestamp, body }: SignedContent,
  signatures: readonly string[],
  keys: readonly CryptoKey[],
): Promise<boolean> {
  const start = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(start.length + body.length);
  content.set(start);
  content.set(body, start.length);
  for (const signature of signatures) {
    const [, base64] = SIGNATURE.exec(signature) ?? [];
    if (base64 === undefined) continue;
    for (const key of keys) if (await crypto.subtle.verify(HMAC, key, bytesOf(base64), content)) return true;
  }
  return false;
}

/** Decodes base64, or returns no bytes if it is none. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}
