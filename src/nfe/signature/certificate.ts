import { isCnpjShape, isCpfShape } from "../taxpayer.ts";
import { childrenOf, hexOf, OID, SEQUENCE, textOf, type Value, valueAt } from "./der.ts";

/** An X.509 certificate (RFC 5280, 4.1), as far as a signature under a note asks. */
export interface Certificate {
  /** What its issuer signed, by which algorithm (OID, hexadecimal), and the signature. */
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly algorithm: string;
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Names as DER in hexadecimal: two are the same where these are. */
  readonly issuer: string;
  readonly subject: string;
  /** First and last instant of its validity, in milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
  /** SubjectPublicKeyInfo, as DER for WebCrypto's `spki`. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** basicConstraints: whether it may issue, and how many authorities may stand below it (null: any number). */
  readonly authority: boolean;
  readonly pathLength: number | null;
  /** keyUsage as the first bits; null: any use. */
  readonly usage: number | null;
  /** It has a critical extension that is not looked at: it may not be relied on. */
  readonly unknownCritical: boolean;
  /** Whose it is, by ICP-Brasil (DOC-ICP-04): one of both is set, or none. */
  readonly cnpj: string | null;
  readonly cpf: string | null;
}

/** keyUsage (RFC 5280, 4.2.1.3), from the left. */
export const DIGITAL_SIGNATURE = 0x80;
export const NON_REPUDIATION = 0x40;
export const CERT_SIGN = 0x04;

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
/** GeneralName otherName, and the value in it. */
const OTHER_NAME = 0xa0;

const BASIC_CONSTRAINTS = "551d13";
const KEY_USAGE = "551d0f";
const ALTERNATIVE_NAME = "551d11";
/** Certificate policies and extended key usage: known, and no reason against a signature under a note. */
const HARMLESS: readonly string[] = ["551d20", "551d25"];
const COMMON_NAME = "550403";
/** 2.16.76.1.3.3: CNPJ; 2.16.76.1.3.1: date of birth (8) and CPF (11) of the holder, and more. */
const ICP_CNPJ = "604c010303";
const ICP_CPF = "604c010301";

/** Reads a certificate. Null for bytes that are none, or none that RFC 5280 would have. */
export function readCertificate(der: Uint8Array<ArrayBuffer>): Certificate | null {
  const outer = valueAt(der, 0, der.length);
  if (outer?.tag !== SEQUENCE || outer.to !== der.length) return null;
  const [signed, method, signature] = childrenOf(der, outer) ?? [];
  if (signed?.tag !== SEQUENCE || method === undefined || signature?.tag !== BIT_STRING)
    return null;
  const parts = childrenOf(der, signed) ?? [];
  if (parts[0]?.tag === VERSION) parts.shift();
  const [serial, inner, issuer, validity, subject, key, ...rest] = parts;
  if (serial === undefined || inner === undefined || issuer === undefined) return null;
  if (validity === undefined || subject === undefined || key?.tag !== SEQUENCE) return null;
  const algorithm = algorithmOf(der, method);
  const times = childrenOf(der, validity)?.map((time) => instantOf(der, time)) ?? [];
  const [from, until] = times;
  const extensions = extensionsOf(der, rest);
  if (algorithm === null || algorithmOf(der, inner) !== algorithm || extensions === null)
    return null;
  if (from == null || until == null) return null;
  return {
    signed: der.slice(signed.at, signed.to),
    algorithm,
    signature: der.slice(signature.from + 1, signature.to),
    issuer: hexOf(der, issuer),
    subject: hexOf(der, subject),
    from,
    until,
    key: der.slice(key.at, key.to),
    ...extensions.constraints,
    ...holderOf(extensions.names, commonName(der, subject)),
  };
}

function algorithmOf(der: Uint8Array, value: Value): string | null {
  const [oid] = childrenOf(der, value) ?? [];
  return oid?.tag === OID ? hexOf(der, oid) : null;
}

/** UTCTime or GeneralizedTime in the form of RFC 5280, 4.1.2.5. */
function instantOf(der: Uint8Array, value: Value): number | null {
  const text = textOf(der, value);
  const short = value.tag === UTC_TIME && /^[0-9]{12}Z$/.test(text);
  const long = value.tag === GENERALIZED_TIME && /^[0-9]{14}Z$/.test(text);
  if (!short && !long) return null;
  const full = short ? `${Number(text.slice(0, 2)) >= 50 ? "19" : "20"}${text}` : text;
  const at = (from: number, to: number) => Number(full.slice(from, to));
  return Date.UTC(at(0, 4), at(4, 6) - 1, at(6, 8), at(8, 10), at(10, 12), at(12, 14));
}

type Constraints = Pick<Certificate, "authority" | "pathLength" | "usage" | "unknownCritical">;

/** Null where an extension cannot be read, or stands twice. */
function extensionsOf(
  der: Uint8Array,
  rest: readonly Value[],
): { constraints: Constraints; names: Map<string, string[]> } | null {
  let constraints: Constraints = {
    authority: false,
    pathLength: null,
    usage: null,
    unknownCritical: false,
  };
  let names = new Map<string, string[]>();
  const group = rest.find(({ tag }) => tag === EXTENSIONS);
  const [list] = group === undefined ? [] : (childrenOf(der, group) ?? []);
  const seen = new Set<string>();
  for (const extension of list === undefined ? [] : (childrenOf(der, list) ?? [])) {
    const [oid, second, third] = childrenOf(der, extension) ?? [];
    const value = third ?? second;
    if (oid === undefined || value === undefined) return null;
    const critical = third !== undefined && second?.tag === BOOLEAN && der[second.from] !== 0;
    const name = hexOf(der, oid);
    const content = valueAt(der, value.from, value.to);
    if (seen.has(name)) return null;
    seen.add(name);
    if (name === BASIC_CONSTRAINTS) {
      if (content === null) return null;
      constraints = { ...constraints, ...basicOf(der, content) };
    } else if (name === KEY_USAGE) {
      if (content?.tag !== BIT_STRING) return null;
      constraints = { ...constraints, usage: der[content.from + 1] ?? 0 };
    } else if (name === ALTERNATIVE_NAME) {
      if (content === null) return null;
      names = otherNames(der, content);
    } else if (critical && !HARMLESS.includes(name))
      constraints = { ...constraints, unknownCritical: true };
  }
  return { constraints, names };
}

function basicOf(der: Uint8Array, content: Value): Pick<Certificate, "authority" | "pathLength"> {
  const values = childrenOf(der, content) ?? [];
  const authority = values[0]?.tag === BOOLEAN && der[values[0].from] !== 0;
  const length = values.find(({ tag }) => tag === INTEGER);
  return { authority, pathLength: length === undefined ? null : (der[length.to - 1] ?? 0) };
}

/** The texts of otherName, by OID. */
function otherNames(der: Uint8Array, names: Value): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const name of childrenOf(der, names) ?? []) {
    if (name.tag !== OTHER_NAME) continue;
    const [oid, wrapped] = childrenOf(der, name) ?? [];
    const value = wrapped === undefined ? null : valueAt(der, wrapped.from, wrapped.to);
    if (oid?.tag !== OID || value === null) continue;
    const key = hexOf(der, oid);
    const texts = found.get(key) ?? [];
    texts.push(textOf(der, value).trim());
    found.set(key, texts);
  }
  return found;
}

/** The last common name of a subject. */
function commonName(der: Uint8Array, subject: Value): string {
  let found = "";
  for (const set of childrenOf(der, subject) ?? [])
    for (const pair of childrenOf(der, set) ?? []) {
      const [oid, value] = childrenOf(der, pair) ?? [];
      if (oid !== undefined && value !== undefined && hexOf(der, oid) === COMMON_NAME)
        found = textOf(der, value);
    }
  return found;
}

/** By otherName; where a certificate has neither of both, by the number at the end of its common name (`NAME:NUMBER`). */
function holderOf(
  names: ReadonlyMap<string, readonly string[]>,
  common: string,
): Pick<Certificate, "cnpj" | "cpf"> {
  const cnpjs = new Set(names.get(ICP_CNPJ));
  const cpfs = new Set(names.get(ICP_CPF)?.map((text) => text.slice(8, 19)));
  const unidentified = { cnpj: null, cpf: null };
  if (cnpjs.size + cpfs.size > 1) return unidentified;
  const [number = /:([0-9A-Z]+)$/.exec(common)?.[1] ?? ""] = [...cnpjs, ...cpfs];
  if (cpfs.size === 0 && isCnpjShape(number)) return { cnpj: number, cpf: null };
  return cnpjs.size === 0 && isCpfShape(number) ? { cnpj: null, cpf: number } : unidentified;
}
