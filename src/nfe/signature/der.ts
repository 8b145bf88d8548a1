export const SEQUENCE = 0x30;
export const OID = 0x06;

/** One DER value (X.690): where it begins, and where its content begins and ends. */
export interface Value {
  readonly tag: number;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The value at `at`, which must end by `limit`; null when it does not. Lengths of up to three bytes, as no certificate is larger. */
export function valueAt(bytes: Uint8Array, at: number, limit: number): Value | null {
  const [tag, first] = bytes.subarray(at, at + 2);
  if (tag === undefined || first === undefined) return null;
  let from = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count < 1 || count > 3) return null;
    length = 0;
    for (const byte of bytes.subarray(from, from + count)) length = length * 256 + byte;
    from += count;
  }
  return from + length <= limit ? { tag, at, from, to: from + length } : null;
}

/** The child values of a value, in their order; null where its content is not made of whole values. */
export function childrenOf(
  bytes: Uint8Array,
  { from, to }: Pick<Value, "from" | "to">,
): Value[] | null {
  const found: Value[] = [];
  for (let at = from; at < to; ) {
    const value = valueAt(bytes, at, to);
    if (value === null) return null;
    found.push(value);
    at = value.to;
  }
  return found;
}

/** The content of a value as lower-case hexadecimal: how object identifiers are compared. */
export const hexOf = (bytes: Uint8Array, { from, to }: Value): string =>
  Array.from(bytes.subarray(from, to), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Content of one byte for each character, as PrintableString, IA5String and ASCII in an OCTET STRING have it. */
export const textOf = (bytes: Uint8Array, { from, to }: Value): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 1_000)));
