const KIB = 1_024;

/** Writes a number of bytes, such as "812 bytes", "12.4 KiB" or "1 MiB". */
export function byteSize(bytes: number): string {
  if (bytes < KIB) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return bytes < KIB * KIB ? `${rounded(bytes / KIB)} KiB` : `${rounded(bytes / KIB / KIB)} MiB`;
}

/** The number of bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The number of bytes that a text in base64 stands for. */
export function base64Length(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

function rounded(number: number): string {
  return number.toLocaleString('en', { maximumFractionDigits: 1 });
}
