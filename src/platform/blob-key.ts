/** Never a path of its own: no `..`, no leading slash, no character that a shell or a file system reads. */
const KEY = /^[A-Za-z0-9][\w-]*(?:[./][A-Za-z0-9][\w-]*)*$/;

export const isBlobKey = (text: string): boolean => KEY.test(text);

/** The key as it is; throws for what is none (ports.ts says what a key is). */
export function blobKey(text: string): string {
  if (!isBlobKey(text)) throw new Error("a blob's key is of letters, digits, - _ . and /");
  return text;
}
