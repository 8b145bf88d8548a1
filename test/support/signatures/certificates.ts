import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Extension as Raw,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { der, type Signer, signerWith } from "./signer.ts";

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
  hash: "SHA-256",
} as const;
const ascii = (text: string) => new TextEncoder().encode(text);

/** An issued certificate: the subject's name, the certificate, its keys. */
export interface Issued {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
}

/** Options of a certificate. */
export interface Wanted {
  readonly name: string;
  /** Absent: self-signed. */
  readonly by?: Issued;
  readonly from?: string;
  readonly until?: string;
  readonly authority?: boolean;
  readonly pathLength?: number;
  readonly usage?: KeyUsageFlags | null;
  readonly more?: readonly Extension[];
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-512";
  readonly keys?: CryptoKeyPair;
}

/** An RSA key pair of 2048 bits that signs with this hash. */
export const keyPair = (
  hash: "SHA-1" | "SHA-256" | "SHA-512" = "SHA-256",
): Promise<CryptoKeyPair> => crypto.subtle.generateKey({ ...RSA, hash }, true, ["sign", "verify"]);

/** The default key pair, because a new one takes a third of a second. */
let shared: Promise<CryptoKeyPair> | undefined;
const sharedKeys = (): Promise<CryptoKeyPair> => {
  shared ??= keyPair();
  return shared;
};

/** Issues a certificate, with another library than the service's reader. */
export async function issue(wanted: Wanted): Promise<Issued> {
  const keys = wanted.keys ?? (await sharedKeys());
  const { authority = false, pathLength, by } = wanted;
  const usual = authority ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature;
  const usage = wanted.usage === undefined ? usual : wanted.usage;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: "0a",
    subject: `CN=${wanted.name}`,
    issuer: by?.certificate.subject ?? `CN=${wanted.name}`,
    notBefore: new Date(wanted.from ?? "2026-01-01T00:00:00Z"),
    notAfter: new Date(wanted.until ?? "2027-01-01T00:00:00Z"),
    signingAlgorithm: { ...RSA, hash: wanted.hash ?? "SHA-256" },
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    extensions: [
      ...(authority ? [new BasicConstraintsExtension(true, pathLength, true)] : []),
      ...(usage === null ? [] : [new KeyUsagesExtension(usage, true)]),
      ...(wanted.more ?? []),
    ],
  });
  return { certificate, keys };
}

/** The subjectAltName of ICP-Brasil: a CNPJ (2.16.76.1.3.3) or a CPF behind a date of birth (2.16.76.1.3.1). */
export function icpName(number: string): Extension {
  const isCnpj = number.length === 14;
  const oid = der(0x06, Uint8Array.of(0x60, 0x4c, 1, 3, isCnpj ? 3 : 1));
  const text = isCnpj ? number : `01011980${number}00000000000000000000000`;
  const name = der(0xa0, oid, der(0xa0, der(0x04, ascii(text))));
  return new Raw("2.5.29.17", false, der(0x30, name));
}

/** The signer of notes for a certificate. */
export const signerOf = ({ certificate, keys }: Issued): Signer =>
  signerWith(keys.privateKey, new Uint8Array(certificate.rawData));

export const pemOf = (...issued: readonly Issued[]): string =>
  issued.map(({ certificate }) => certificate.toString("pem")).join("\n");
