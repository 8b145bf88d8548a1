import type { Result } from "../lib/result.ts";
import type { OpenCertificate } from "./sefaz.ts";

/** What a PFX holds. The key is a secret: in memory only. */
export interface PfxContents {
  /** X.509, DER: the certificate whose private key is there. */
  readonly certificate: Uint8Array<ArrayBuffer>;
  /** Whose it is, as its common name says, without the number after the colon. */
  readonly holder: string;
  /** PKCS #8, DER: its private key, RSA. */
  readonly key: Uint8Array<ArrayBuffer>;
}

export const PFX_FAULTS = [
  /** The password is another. */
  "passphrase",
  /** No PKCS #12 file, or one with an encryption that is not known. */
  "not_pkcs12",
  /** It holds no private key, or no certificate of that key. */
  "no_key",
  /** Its private key is not RSA. */
  "not_rsa",
  /** It was made so that it takes too long to open. */
  "too_slow",
] as const;
export type PfxFault = (typeof PFX_FAULTS)[number];

/** Opens A1 certificates. */
export interface PfxReader {
  /** Opens a PKCS #12 file, also with the ciphers of old ones (RC2-40, 3DES). Never rejects. */
  open(certificate: OpenCertificate): Promise<Result<PfxContents, PfxFault>>;
  /** The bytes of a file in the folder SEFAZ_CERTIFICATES; null: there is no folder or no such file, or it is too large. */
  file(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Bytes of a PFX: those of A1 certificates have 3 to 10 KB. */
export const PFX_BYTES = 32_768;
