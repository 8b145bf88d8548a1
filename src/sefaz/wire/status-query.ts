import { err, ok, type Result } from "../../lib/result.ts";
import { childOf, type XmlElement } from "../../nfe/xml/element.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import { type SefazFault, sefazFault } from "../../ports/sefaz-fault.ts";
import { type Answer, answerIn, envelope, NFE, statusOf, textOf } from "./soap.ts";
import { type EventAnswer, eventAnswer } from "./statement-wire.ts";

/** An event that the service has of a note, with the bytes of its procEventoNFe. */
export interface QueriedEvent extends EventAnswer {
  /** CNPJ or CPF of its author. */
  readonly author: string | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** protNFe. */
export interface QueriedProtocol {
  readonly cStat: string;
  readonly xMotivo: string;
  readonly nProt: string | null;
  readonly dhRecbto: string | null;
  readonly digVal: string | null;
}

/** retConsSitNFe 4.00. */
export interface StatusAnswer {
  readonly cStat: string;
  readonly xMotivo: string;
  readonly accessKey: string | null;
  readonly protocol: QueriedProtocol | null;
  readonly events: readonly QueriedEvent[];
}

/** The SOAP message that asks for protocol and events of a note (consSitNFe 4.00). */
export const statusRequest = (environment: SefazEnvironment, accessKey: string): string =>
  envelope(
    "query",
    `<consSitNFe xmlns="${NFE}" versao="4.00"><tpAmb>${environment}</tpAmb><xServ>CONSULTAR</xServ><chNFe>${accessKey}</chNFe></consSitNFe>`,
  );

/** Reads an answer about a note, alone or in SOAP. Fails as `answerIn`, and with `malformed` without cStat. */
export function readStatusAnswer(bytes: Uint8Array): Result<StatusAnswer, SefazFault> {
  const answer = answerIn(bytes, "retConsSitNFe");
  if (!answer.ok) return answer;
  const { element } = answer.value;
  const status = statusOf(element);
  if (status === null) return err(sefazFault("malformed"));
  const events = element.children.filter(({ name }) => /^procEvento(?:NFe)?$/.test(name));
  return ok({
    ...status,
    accessKey: textOf(element, "chNFe", 44),
    protocol: protocolOf(element),
    events: events.flatMap((event) => queriedEvent(event, answer.value) ?? []),
  });
}

function protocolOf(element: XmlElement): QueriedProtocol | null {
  const protocol = childOf(element, "protNFe");
  const info = protocol && childOf(protocol, "infProt");
  const status = info === undefined ? null : statusOf(info);
  if (info === undefined || status === null) return null;
  return {
    ...status,
    nProt: textOf(info, "nProt", 20),
    dhRecbto: textOf(info, "dhRecbto", 40),
    digVal: textOf(info, "digVal", 60),
  };
}

/** Null for an event without the service's answer in it. */
function queriedEvent(proc: XmlElement, answer: Answer): QueriedEvent | null {
  const ret = childOf(proc, "retEvento");
  const read = ret === undefined ? null : eventAnswer(ret, answer);
  const bytes = answer.piece(proc);
  if (read === null || bytes === null) return null;
  const event = childOf(proc, "evento");
  const info = event && childOf(event, "infEvento");
  const author = info && (textOf(info, "CNPJ", 14) ?? textOf(info, "CPF", 11));
  return { ...read, author: author ?? null, bytes };
}
