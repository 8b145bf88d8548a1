/** A note has its key in its first element, an event in its first lines. */
const HEAD_BYTES = 65_536;
const KEY = /(?:Id\s*=\s*["']NFe|<(?:\w+:)?chNFe>\s*)([0-9]{6}[0-9A-Z]{12}[0-9]{26})/;

/**
 * The access key that a document probably has, found without parsing; null when none is found. Only good to order work: the
 * key is not checked, and of several notes it is the first one's.
 */
export function keyHint(bytes: Uint8Array): string | null {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, HEAD_BYTES));
  // In UTF-16 every second byte of a key is zero.
  return KEY.exec(head.replaceAll("\0", ""))?.[1] ?? null;
}
