import { keyParts } from "./access-key.ts";
import type { Finding } from "./document.ts";
import type { Note } from "./note.ts";

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

export function checkNote(_note: Note, _path: string): Finding[] {
  return [];
}
