import type { Unchecked } from "../../nfe/signature/signer.ts";
import type { Judged, NoteRule } from "./rule-input.ts";

const INVALID = {
  unsigned:
    "A assinatura digital não confere com o conteúdo da nota: peça ao emitente o XML original.",
  other_signer:
    "A nota foi assinada com o certificado de outra pessoa ou empresa, e não do emitente: não dê entrada sem falar com ele.",
  not_valid_then:
    "O certificado que assinou a nota não era válido na data de emissão: peça ao emitente o XML original.",
  unknown_issuer:
    "O certificado que assinou a nota não foi emitido por uma autoridade aceita (SIGNATURE_ROOTS): confira a origem da nota.",
} as const;

const leftUnchecked = ({ company, known }: Judged, what: Unchecked): boolean =>
  company.requireSignature &&
  known.signature?.valid === true &&
  known.signature.unchecked.includes(what);

/** What a note waits for because of its signature where the company asks for one, and what of it was not checked. */
export const BY_SIGNATURE: readonly NoteRule[] = [
  {
    rule: "note.signature_invalid",
    source: "xmldsig-core-schema_v1.01; DOC-ICP-04; RFC 5280; company setting require_signature",
    hold: "signature_invalid",
    says: ({ note, company, known }) => {
      if (!company.requireSignature || known.signature?.valid === true) return null;
      if (note.signature === null)
        return "A nota não está assinada: peça ao emitente o XML original.";
      return known.signature == null
        ? "A assinatura digital da nota não pôde ser conferida: peça ao emitente o XML original."
        : INVALID[known.signature.why];
    },
  },
  {
    rule: "note.certificate_not_checked",
    source: "Own decision: without SIGNATURE_ROOTS anybody may have made the certificate",
    finding: { code: "certificate_not_checked", severity: "warning" },
    says: (seen) =>
      leftUnchecked(seen, "chain")
        ? "A assinatura confere e traz o CNPJ ou CPF do emitente, mas não se verificou quem emitiu o certificado: nenhuma autoridade está configurada (SIGNATURE_ROOTS)."
        : null,
  },
  {
    rule: "note.signer_not_compared",
    source: "MOC: a note of the series 900 to 919 may be signed by the tax office",
    finding: { code: "signer_not_compared", severity: "warning" },
    says: (seen) =>
      leftUnchecked(seen, "signer")
        ? "A nota é de uma série que o fisco pode assinar, e quem assinou não é o emitente: não se verificou se é o fisco."
        : null,
  },
  {
    rule: "note.revocation_not_checked",
    source: "Own decision: revocation lists are not asked for",
    finding: { code: "revocation_not_checked", severity: "info" },
    says: (seen) =>
      leftUnchecked(seen, "revocation")
        ? "Não se verificou se o certificado que assinou a nota tinha sido revogado."
        : null,
  },
];
