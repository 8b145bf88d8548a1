/** Bytes as text: UTF-8, or where they are not that Windows-1252, which older programs in Brazil write. A byte order mark stays. */
export function utf8OrWindows1252(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
