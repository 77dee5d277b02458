const SECRET_NAMES =
  /^(authorization|cookie|set-cookie|x-amz-security-token)$|(^|[-_])(api[-_]?key|auth|password|passwd|secret|token|credentials?|session|signature)($|[-_])/i;

/** Whether the value of a header is likely to be a secret, such as that of `authorization` or `x-api-key`. */
export function isSecretHeader(name: string): boolean {
  return SECRET_NAMES.test(name);
}
