/** Bytes of a base64 text, in which blanks may stand; null when it is none, or empty. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const dense = text.replace(/[ \t\n]+/g, "");
  if (dense === "" || dense.length % 4 !== 0 || /[^A-Za-z0-9+/=]/.test(dense)) return null;
  try {
    return Uint8Array.fromBase64(dense);
  } catch {
    return null;
  }
}
