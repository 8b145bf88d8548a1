import type { PfxFault } from "../../ports/pfx.ts";

/** Why a PFX with the right password is no certificate that can be used. */
export type UnfitPfx = Exclude<PfxFault, "passphrase"> | "not_x509";

export type CertificateFailure =
  /** This runtime can present no client's certificate (Workers). */
  | { code: "certificate.not_supported" }
  | { code: "certificate.not_found" }
  | { code: "certificate.too_many"; limit: number }
  /** The password does not open the PFX. */
  | { code: "certificate.passphrase" }
  | { code: "certificate.unreadable"; why: UnfitPfx }
  /** Its CNPJ has the root of none of the company's; null: it has none, as that of a person. */
  | { code: "certificate.other_holder"; cnpj: string | null }
  /** Instants as ISO 8601. */
  | { code: "certificate.expired"; until: string }
  | { code: "certificate.not_yet_valid"; from: string }
  /** It may not sign (key usage), or is that of an authority. */
  | { code: "certificate.usage" }
  /** No such file in the folder of the operator, or one that its password does not open, of another company, or changed since. */
  | { code: "certificate.file"; file: string }
  /** The company has no certificate for the CNPJ that is valid now. */
  | { code: "certificate.none"; cnpj: string }
  /** The service's secret has changed since, so that the certificate's cannot be opened: it must be added again. */
  | { code: "certificate.secret_unreadable" };
