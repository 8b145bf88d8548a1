/** A note's key stands in its first element, or in the first lines of an event. */
const HEAD_BYTES = 65_536;
const KEY = /(?:Id\s*=\s*["']NFe|<(?:\w+:)?chNFe>\s*)([0-9]{6}[0-9A-Z]{12}[0-9]{26})/;

/**
 * The access key that a document seems to speak of, without reading it; null where none is seen. Good for an order of
 * work and for nothing else: it is not checked, and of several notes it is the first's.
 */
export function keyHint(bytes: Uint8Array): string | null {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, HEAD_BYTES));
  // In UTF-16 every second byte of it is zero.
  return KEY.exec(head.replaceAll("\0", ""))?.[1] ?? null;
}
