import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { NoteReceipt } from "./receipt.ts";
import type { Finding } from "./written-verdict.ts";

/** A company that the sender may choose too; CNPJs upper case, without mask. */
interface Candidate {
  readonly name: string;
  readonly cnpjs: readonly string[];
}

/**
 * The receipt of a note between others, with a finding for each of the sender's other companies that is its emitter or recipient.
 * It is for this answer only and is not stored: the colleagues of the sender need not know the sender's other companies.
 */
export function withOtherCompanies(
  receipt: NoteReceipt,
  candidates: readonly Candidate[],
): NoteReceipt {
  const { between = [] } = receipt;
  const right = candidates.flatMap(({ name, cnpjs }): Finding[] => {
    const cnpj = between.find((party) => cnpjs.includes(party));
    if (cnpj === undefined) return [];
    const message = NOTE_SENTENCES.otherCompany(name, cnpj);
    return [{ code: "other_company", severity: "warning", path: null, message }];
  });
  return right.length === 0 ? receipt : { ...receipt, findings: [...right, ...receipt.findings] };
}
