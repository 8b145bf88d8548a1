import { keyParts } from "../access-key.ts";
import type { NfeFinding } from "../findings.ts";
import type { Note } from "../note.ts";
import { checkAuthorisation } from "./check-authorisation.ts";
import { checkItems } from "./check-items.ts";
import { checkParties } from "./check-parties.ts";
import { checkTotals } from "./check-totals.ts";

/**
 * The parts of the access key that `ide` and `emit` contradict, by their tags: cUF, AAMM, emit, mod, serie, nNF,
 * tpEmis, cNF, cDV. Empty: the key is this note's. A note of the series 890 to 899 is issued by the tax office, so the
 * CNPJ in its key need not be the emitter's (MOC).
 */
export function keyMismatches(note: Note): string[] {
  const { ide, emit, accessKey } = note;
  const key = keyParts(accessKey);
  const serie = Number(ide.serie);
  const taxOffice = serie >= 890 && serie <= 899;
  const emitter = (emit.cnpj ?? emit.cpf ?? "").padStart(14, "0");
  const parts: [string, string, string][] = [
    ["cUF", key.cUF, ide.cUF],
    ["AAMM", key.AAMM, ide.issuedAt.slice(2, 4) + ide.issuedAt.slice(5, 7)],
    ["emit", key.emit, taxOffice ? key.emit : emitter],
    ["mod", key.mod, ide.mod],
    ["serie", key.serie, ide.serie.padStart(3, "0")],
    ["nNF", key.nNF, ide.nNF.padStart(9, "0")],
    ["tpEmis", key.tpEmis, ide.tpEmis],
    ["cNF", key.cNF, ide.cNF?.padStart(8, "0") ?? key.cNF],
    ["cDV", key.cDV, ide.cDV ?? key.cDV],
  ];
  return parts.filter(([, inKey, inNote]) => inKey !== inNote).map(([name]) => name);
}

/** Most findings of one note: a note that is odd in every item is not made clearer by more. */
const MAX_FINDINGS = 100;

/**
 * Findings about a note that was read; none refuses it. `path` is the XPath of its infNFe, the start of the path of every
 * finding. At most MAX_FINDINGS, the last of which then says how many more there are.
 * Rules: leiauteNFe_v4.00, MOC (check digits, rejections 610, 629, 630), GS1.
 */
export function checkNote(note: Note, path: string): NfeFinding[] {
  const findings = [
    ...checkParties(note, path),
    ...checkAuthorisation(note, path),
    ...checkTotals(note, path),
    ...checkItems(note, path),
  ];
  if (findings.length <= MAX_FINDINGS) return findings;
  const kept = findings.slice(0, MAX_FINDINGS - 1);
  return [
    ...kept,
    {
      code: "more_findings",
      severity: "info",
      path: null,
      // At least two: one more would still have been kept.
      params: { count: findings.length - kept.length },
    },
  ];
}
