import { err, ok, type Result } from "../../lib/result.ts";
import { childOf, type XmlElement } from "../../nfe/xml/element.ts";
import { type SefazFault, sefazFault } from "../../ports/sefaz-fault.ts";
import { type Answer, answerIn, envelope, NFE, statusOf, textOf } from "./soap.ts";

/** An envEvento has 1 to 20 events (leiauteConfRecebto_v1.00). */
export const MOST_EVENTS = 20;

/** What the service answers to one event (retEvento). */
export interface EventAnswer {
  readonly cStat: string;
  readonly xMotivo: string;
  /** Null where the service refuses an event that it cannot read. */
  readonly accessKey: string | null;
  readonly type: string | null;
  readonly sequence: number | null;
  readonly nProt: string | null;
  readonly dhRegEvento: string | null;
  /** The retEvento, fit to stand in a procEventoNFe. */
  readonly proof: string;
}

/** retEnvEvento. 128: the lot was processed, and each event has its own answer. */
export interface StatementAnswer {
  readonly cStat: string;
  readonly xMotivo: string;
  readonly events: readonly EventAnswer[];
}

/**
 * The SOAP message around signed events, each an `evento` element without an XML declaration, which is sent character by character.
 * `lot`: idLote, 1 to 15 digits. Throws a RangeError for another lot, and for no or more than 20 events.
 */
export function statementRequest(lot: string, events: readonly string[]): string {
  if (!/^[0-9]{1,15}$/.test(lot)) throw new RangeError("idLote");
  if (events.length === 0 || events.length > MOST_EVENTS) throw new RangeError("evento");
  return envelope(
    "statement",
    `<envEvento xmlns="${NFE}" versao="1.00"><idLote>${lot}</idLote>${events.join("")}</envEvento>`,
  );
}

/** Reads an answer to events, alone or in SOAP. Fails as `answerIn`, and with `malformed` without cStat. */
export function readStatementAnswer(bytes: Uint8Array): Result<StatementAnswer, SefazFault> {
  const answer = answerIn(bytes, "retEnvEvento");
  if (!answer.ok) return answer;
  const { element } = answer.value;
  const status = statusOf(element);
  if (status === null) return err(sefazFault("malformed"));
  const events: EventAnswer[] = [];
  for (const one of element.children.filter(({ name }) => name === "retEvento")) {
    const read = eventAnswer(one, answer.value);
    if (read === null) return err(sefazFault("malformed"));
    events.push(read);
  }
  return ok({ ...status, events });
}

/** Reads a retEvento of this or another answer; null without cStat. */
export function eventAnswer(ret: XmlElement, answer: Answer): EventAnswer | null {
  // Some services nest retEvento in retEvento.
  const info = childOf(childOf(ret, "retEvento") ?? ret, "infEvento");
  const status = info === undefined ? null : statusOf(info);
  if (info === undefined || status === null) return null;
  const sequence = textOf(info, "nSeqEvento") ?? "";
  return {
    ...status,
    accessKey: textOf(info, "chNFe", 44),
    type: textOf(info, "tpEvento", 6),
    sequence: /^[0-9]{1,3}$/.test(sequence) ? Number(sequence) : null,
    nProt: textOf(info, "nProt", 20),
    dhRegEvento: textOf(info, "dhRegEvento", 40),
    proof: proofOf(ret, answer),
  };
}

/** As it stands in the answer where it has no prefix, which is declared outside of it; else written again without. */
function proofOf(ret: XmlElement, answer: Answer): string {
  const text = answer.pieceText(ret);
  return text !== null && !/<\/?[\w.-]+:/.test(text) ? text : written(ret, "");
}

function written({ name, ns, attributes, children, text }: XmlElement, outer: string): string {
  const declared = ns === outer ? "" : ` xmlns="${ns}"`;
  const plain = attributes.filter((one) => one.ns === "");
  const own = plain.map((one) => ` ${one.name}="${escaped(one.value)}"`).join("");
  const inside = children.map((child) => written(child, ns)).join("");
  return `<${name}${declared}${own}>${inside || escaped(text)}</${name}>`;
}

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/**
 * The original that proves a registered event: procEventoNFe of the event as it was sent and the answer of the service
 * (leiauteEvento_v1.00), as UTF-8.
 */
export const procEvento = (signed: string, { proof }: Pick<EventAnswer, "proof">) =>
  new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?><procEventoNFe xmlns="${NFE}" versao="1.00">${signed}${proof}</procEventoNFe>`,
  );

/** cStat of NFeRecepcaoEvento4 about one event, as far as a flow decides by it (MOC, table of rejections). */
export const EVENT_STATUS = {
  /** Registered, linked to its note or not yet. */
  registered: "135",
  registeredUnlinked: "136",
  duplicate: "573",
  tooLate: "596",
  /** Awareness of a note that is cancelled or denied. */
  noteCancelled: "650",
  /** Awareness after a conclusive statement. */
  afterConclusive: "655",
} as const;
