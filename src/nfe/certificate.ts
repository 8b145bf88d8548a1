const SEQUENCE = 0x30;
const VERSION = 0xa0;
/** serialNumber, signature, issuer, validity, subject: what stands before the key in every TBSCertificate. */
const BEFORE_KEY = 5;

/** One DER value: where its content begins and ends. */
interface Value {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The SubjectPublicKeyInfo of an X.509 certificate (RFC 5280, 4.1), as DER for WebCrypto's `spki`.
 * Looks at nothing else: no name, no date, no chain. Null for bytes that are no such certificate.
 */
export function publicKeyOf(certificate: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const outer = valueAt(certificate, 0, certificate.length);
  if (outer?.tag !== SEQUENCE) return null;
  const signed = valueAt(certificate, outer.from, outer.to);
  if (signed?.tag !== SEQUENCE) return null;
  let at = signed.from;
  let left = BEFORE_KEY;
  for (;;) {
    const value = valueAt(certificate, at, signed.to);
    if (value === null) return null;
    if (left === 0) return value.tag === SEQUENCE ? certificate.slice(at, value.to) : null;
    if (!(value.tag === VERSION && at === signed.from)) left -= 1;
    at = value.to;
  }
}

/** The value at `at`, which must end by `limit`; null when it does not. Lengths of up to three bytes, as no certificate is larger. */
function valueAt(bytes: Uint8Array, at: number, limit: number): Value | null {
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
  return from + length <= limit ? { tag, from, to: from + length } : null;
}
