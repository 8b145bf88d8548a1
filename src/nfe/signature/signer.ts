import { keyParts } from "../access-key.ts";
import { instantOf } from "../dates.ts";
import type { NfeEvent, Note } from "../note.ts";
import { sameRoot } from "../taxpayer.ts";
import type { Certificate } from "./certificate.ts";
import { eventSignedBy, noteSignedBy } from "./signature.ts";
import { leadsToRoot, maySign, type TrustStore } from "./trust.ts";

/** Checks that were not made: the chain (no roots are configured), revocation, the holder of the certificate. */
export type Unchecked = "chain" | "revocation" | "signer";

/** The result of a signature check. `unsigned`: there is no signature, or the content was changed. */
export type SignatureCheck =
  | { readonly valid: true; readonly unchecked: readonly Unchecked[] }
  | {
      readonly valid: false;
      readonly why: "unsigned" | "other_signer" | "not_valid_then" | "unknown_issuer";
    };

const invalid = (why: "unsigned" | "other_signer" | "not_valid_then" | "unknown_issuer") =>
  ({ valid: false, why }) as const;

/**
 * Whether a note is signed by its emitter: unchanged, by a certificate of the emitter's CNPJ (its root of 8 characters) or
 * CPF (DOC-ICP-04), valid at dhEmi, and issued under one of the roots. A note that the tax office issues is signed by it:
 * of the series 890 to 899 the CNPJ in the key is the office's and counts as well (MOC); of 900 to 919 the key does not show
 * the office, so that another signer is left unchecked. `store` null: roots are configured and cannot be read.
 */
export async function checkNoteSignature(
  bytes: Uint8Array<ArrayBuffer>,
  note: Note,
  store: TrustStore | null,
): Promise<SignatureCheck> {
  const certificate = await noteSignedBy(bytes, note.accessKey);
  if (certificate === null) return invalid("unsigned");
  const { emit, serie } = keyParts(note.accessKey);
  const isOffice = /^89/.test(serie);
  const own =
    isHeldBy(certificate, note.emit.cnpj ?? note.emit.cpf ?? "") ||
    (isOffice && isHeldBy(certificate, emit));
  const mayBeOffice = /^9[01]/.test(serie);
  if (!own && !mayBeOffice) return invalid("other_signer");
  const checked = await checkCertificate(certificate, note.ide.issuedAt, store);
  return checked.valid && !own
    ? { valid: true, unchecked: [...checked.unchecked, "signer"] }
    : checked;
}

/** The same of an event: signed by its author, at dhEvento. */
export async function checkEventSignature(
  bytes: Uint8Array<ArrayBuffer>,
  event: NfeEvent,
  store: TrustStore | null,
): Promise<SignatureCheck> {
  const sequence = String(event.sequence).padStart(2, "0");
  const id = `ID${event.type}${event.accessKey}${sequence}`;
  const certificate = await eventSignedBy(bytes, id);
  if (certificate === null) return invalid("unsigned");
  if (!isHeldBy(certificate, event.author.cnpj ?? event.author.cpf ?? ""))
    return invalid("other_signer");
  return checkCertificate(certificate, event.at ?? "", store);
}

/** A branch signs for the whole company. */
const isHeldBy = ({ cnpj, cpf }: Certificate, taxpayer: string): boolean =>
  taxpayer.length === 14 ? sameRoot(cnpj, taxpayer) : cpf !== null && cpf === taxpayer;

async function checkCertificate(
  certificate: Certificate,
  signedAt: string,
  store: TrustStore | null,
): Promise<SignatureCheck> {
  const at = instantOf(signedAt);
  if (at === null || !maySign(certificate, at)) return invalid("not_valid_then");
  if (store === null) return invalid("unknown_issuer");
  if (store.roots.length === 0) return { valid: true, unchecked: ["chain", "revocation"] };
  return (await leadsToRoot(certificate, store, at))
    ? { valid: true, unchecked: ["revocation"] }
    : invalid("unknown_issuer");
}
