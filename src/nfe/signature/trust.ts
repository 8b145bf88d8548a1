import { fromBase64 } from "../base64.ts";
import {
  CERT_SIGN,
  type Certificate,
  DIGITAL_SIGNATURE,
  NON_REPUDIATION,
  readCertificate,
} from "./certificate.ts";

/** Certificates that a chain may be built of. */
export interface TrustStore {
  /** Self-signed: a chain must end in one of them. */
  readonly roots: readonly Certificate[];
  /** The authorities between a root and a holder: a note carries only the holder's own certificate. */
  readonly between: readonly Certificate[];
}

/** Authorities between a holder and a root, and signatures that are verified for one note, at most. */
const MOST_BETWEEN = 6;
const MOST_TRIES = 64;

const RSA_HASH: Readonly<Record<string, string>> = {
  "2a864886f70d01010b": "SHA-256",
  "2a864886f70d01010c": "SHA-384",
  "2a864886f70d01010d": "SHA-512",
};

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/**
 * Reads certificates in PEM, in any order: the self-signed are trusted, the others are authorities between. Null when
 * one of them cannot be read, or none is self-signed; an empty text is a store without roots.
 */
export function readTrustStore(pem: string): TrustStore | null {
  const all: Certificate[] = [];
  for (const [, base64 = ""] of pem.matchAll(PEM)) {
    const bytes = fromBase64(base64.replace(/\s+/g, ""));
    const certificate = bytes && readCertificate(bytes);
    if (certificate === null) return null;
    all.push(certificate);
  }
  const isRoot = ({ issuer, subject }: Certificate) => issuer === subject;
  const store = { roots: all.filter(isRoot), between: all.filter((one) => !isRoot(one)) };
  return store.roots.length > 0 || pem.trim() === "" ? store : null;
}

/** Whether a holder may sign with its certificate at an instant (ms since 1970), for any issuer. */
export const maySign = (holder: Certificate, at: number): boolean =>
  isValid(holder, at) &&
  (holder.usage === null || (holder.usage & (DIGITAL_SIGNATURE | NON_REPUDIATION)) !== 0);

const isValid = ({ from, until, unknownCritical }: Certificate, at: number): boolean =>
  from <= at && at <= until && !unknownCritical;

/**
 * Whether a chain leads from a holder to a root (RFC 5280, 6.1: names, signatures, validity of each at `at`,
 * basicConstraints with its path length, keyUsage, no critical extension that is unknown). RSA with SHA-256, 384 or
 * 512. Policies, name constraints and revocation are not checked; a certificate that makes a constraint critical is
 * refused.
 */
export async function leadsToRoot(
  holder: Certificate,
  { roots, between }: TrustStore,
  at: number,
): Promise<boolean> {
  let tries = 0;
  const leads = async (issued: Certificate, below: number): Promise<boolean> => {
    for (const issuer of [...roots, ...between]) {
      if (issuer.subject !== issued.issuer || !mayIssue(issuer, below, at)) continue;
      tries += 1;
      if (tries > MOST_TRIES || !(await isIssuedBy(issued, issuer))) continue;
      if (roots.includes(issuer)) return true;
      if (below < MOST_BETWEEN && (await leads(issuer, below + 1))) return true;
    }
    return false;
  };
  return leads(holder, 0);
}

/** `below`: how many authorities are between it and the holder. */
const mayIssue = (issuer: Certificate, below: number, at: number): boolean =>
  issuer.authority &&
  isValid(issuer, at) &&
  (issuer.pathLength === null || below <= issuer.pathLength) &&
  (issuer.usage === null || (issuer.usage & CERT_SIGN) !== 0);

async function isIssuedBy(issued: Certificate, issuer: Certificate): Promise<boolean> {
  const hash = RSA_HASH[issued.algorithm];
  if (hash === undefined) return false;
  const method = { name: "RSASSA-PKCS1-v1_5", hash };
  try {
    const key = await crypto.subtle.importKey("spki", issuer.key, method, false, ["verify"]);
    return await crypto.subtle.verify(method.name, key, issued.signature, issued.signed);
  } catch {
    return false; // not an RSA key, or one that WebCrypto refuses
  }
}
