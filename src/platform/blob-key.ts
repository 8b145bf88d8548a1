/** Safe as a path: no `..`, no leading slash, no character with a meaning for a shell or a file system. */
const KEY = /^[A-Za-z0-9][\w-]*(?:[./][A-Za-z0-9][\w-]*)*$/;

export const isBlobKey = (text: string): boolean => KEY.test(text);

/** The key unchanged; throws where it is not a valid key (ports/storage.ts). */
export function blobKey(text: string): string {
  if (!isBlobKey(text)) throw new Error("a blob's key is of letters, digits, - _ . and /");
  return text;
}
