import { AUTHORISED, CANCELLED } from "../nfe/protocol.ts";
import type { XmlElement } from "../nfe/xml/element.ts";
import { contingency } from "./code-names.ts";
import type { Standing } from "./model.ts";
import { joined, moment } from "./printed.ts";
import { leaf } from "./xml.ts";

/** `infProt/cStat` of a note whose use was denied (MOC, table of cStat). */
const DENIED = ["110", "205", "301", "302", "303"];

const VOID = "SEM VALOR FISCAL";

/** What stands across a note, and why. */
export interface Marks {
  readonly marks: readonly string[];
  readonly notices: readonly string[];
}

/** The marks of a note by its environment, its protocol, its way of issue and what became of it. */
export function marksOf(
  accessKey: string,
  infNFe: XmlElement,
  infProt: XmlElement | undefined,
  standing: Standing,
): Marks {
  const marks = new Set<string>();
  const notices: string[] = [];
  const add = (mark: string, notice: string) => {
    marks.add(mark);
    notices.push(notice);
  };
  const cStat = leaf(infProt, "cStat");
  const reason = leaf(infProt, "xMotivo");
  if (standing.cancelled || (cStat !== undefined && CANCELLED.includes(cStat)))
    add("CANCELADA", "Nota cancelada.");
  if (leaf(infNFe, "ide", "tpAmb") !== "1" || (leaf(infProt, "tpAmb") ?? "1") !== "1")
    add(VOID, "Emitida em ambiente de homologação, sem valor fiscal.");
  if (infProt === undefined)
    add(VOID, "Sem protocolo de autorização: este arquivo não prova o uso autorizado.");
  else if (leaf(infProt, "chNFe") !== accessKey) add(VOID, "O protocolo é de outra nota.");
  else if (cStat === undefined || ![...AUTHORISED, ...CANCELLED].includes(cStat)) {
    if (cStat !== undefined && DENIED.includes(cStat)) marks.add("USO DENEGADO");
    add(VOID, `Não autorizada: ${joined([cStat, reason], " - ")}.`);
  }
  const way = contingency(leaf(infNFe, "ide", "tpEmis"));
  if (way.includes(" - ")) {
    const since = moment(leaf(infNFe, "ide", "dhCont"));
    const why = leaf(infNFe, "ide", "xJust");
    notices.push(
      `Emitida em contingência (${joined([way, since && `desde ${since}`, why], ", ")}).`,
    );
  }
  if (leaf(infNFe, "ide", "mod") === "65")
    notices.push(
      "NFC-e: o documento do consumidor é o DANFE NFC-e, com QR Code; esta é uma folha para conferência.",
    );
  return { marks: [...marks], notices };
}
