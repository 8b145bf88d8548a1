import type { Unchecked } from "../../nfe/signature/signer.ts";
import { type JudgedInput, noteRule } from "./rule-input.ts";

const leftUnchecked = ({ company, known }: JudgedInput, what: Unchecked): boolean =>
  company.requireSignature &&
  known.signature?.valid === true &&
  known.signature.unchecked.includes(what);

/** The hold of a note whose signature is not valid, where the company requires one, and the findings for checks not made. */
export const SIGNATURE_RULES = [
  noteRule("note.signature_invalid", {
    source: "xmldsig-core-schema_v1.01; DOC-ICP-04; RFC 5280; company setting require_signature",
    hold: "signature_invalid",
    when: ({ note, company, known }) => {
      if (!company.requireSignature || known.signature?.valid === true) return null;
      if (note.signature === null) return { why: "absent" };
      return { why: known.signature == null ? "not_verified" : known.signature.why };
    },
  }),
  noteRule("note.certificate_not_checked", {
    source: "Own decision: without SIGNATURE_ROOTS the issuer of a certificate is not verified",
    finding: { code: "certificate_not_checked", severity: "warning" },
    when: (input) => (leftUnchecked(input, "chain") ? {} : null),
  }),
  noteRule("note.signer_not_compared", {
    source: "MOC: a note of the series 900 to 919 may be signed by the tax office",
    finding: { code: "signer_not_compared", severity: "warning" },
    when: (input) => (leftUnchecked(input, "signer") ? {} : null),
  }),
  noteRule("note.revocation_not_checked", {
    source: "Own decision: revocation lists are not read",
    finding: { code: "revocation_not_checked", severity: "info" },
    when: (input) => (leftUnchecked(input, "revocation") ? {} : null),
  }),
];
