/** Numbers and extra fields of a ZIP, little endian. A byte past the end reads as 0. */

export const uint16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

export const uint32 = (bytes: Uint8Array, at: number): number =>
  (uint16(bytes, at) | (uint16(bytes, at + 2) << 16)) >>> 0;

/** Not exact beyond 2^53, which is larger than any file that we read. */
export const uint64 = (bytes: Uint8Array, at: number): number =>
  uint32(bytes, at) + uint32(bytes, at + 4) * 2 ** 32;

/** The data of every extra field with this id, in order; a field that is cut off at the end is left out. */
export function ownFields(extra: Uint8Array, id: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + uint16(extra, at + 2);
    if (end <= extra.length && uint16(extra, at) === id) found.push(extra.subarray(at + 4, end));
    at = end;
  }
  return found;
}
