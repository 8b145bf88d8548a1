import { type Notices, onlyOf } from "../layout/group.ts";
import { NFE_NAMESPACE } from "../layout/layout.ts";
import type { NfeEvent } from "../note.ts";
import type { XmlElement } from "../xml/element.ts";
import {
  answerIn,
  CANCELLATIONS,
  type Fields,
  fieldsOf,
  InfEvento,
  REGISTERED,
  readEvent,
} from "./read-event.ts";

/** cStat of a cancellation answered before events existed: in time, and late (MOC, table of cStat). */
const CANCELLED: readonly string[] = ["101", "151"];

/** Whether an event, or an answer from before events existed, cancels its note. */
export const isCancellation = ({ type, cStat }: Pick<NfeEvent, "type" | "cStat">): boolean =>
  CANCELLATIONS.includes(type) &&
  cStat !== null &&
  (REGISTERED.includes(cStat) || CANCELLED.includes(cStat));

/**
 * Registered cancellations anywhere in `within` (a note's nfeProc, or its NFe alone): whole procEventoNFe elements, only the
 * answers (retEvento), as sped-common writes them, and those from before events existed (procCancNFe, retCancNFe). A repeated
 * element in one of them, or an answer to another request, is an error; an unreadable one is ignored.
 * `path` is the XPath of `within`. `accessKey` is the note's: an answer of the older form need not name it.
 */
export function cancellationsIn(
  within: XmlElement,
  path: string,
  accessKey: string,
  notices: Notices,
): NfeEvent[] {
  const found: NfeEvent[] = [];
  if (!mayHoldOne(within)) return found;
  const look = (element: XmlElement, at: string): void => {
    const seen = new Map<string, number>();
    for (const child of element.children) {
      const nth = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, nth);
      const here = `${at}/${child.name}[${nth}]`;
      const read = readerOf(child);
      if (read === undefined) {
        look(child, here);
        continue;
      }
      const event = read(child, here, notices, accessKey);
      if (event !== null && isCancellation(event)) found.push(event);
    }
  };
  look(within, path);
  return found;
}

/** A fast check without paths, because almost no note has one. A leaf cannot be one. */
function mayHoldOne(element: XmlElement): boolean {
  for (const child of element.children)
    if (child.children.length > 0 && (readerOf(child) !== undefined || mayHoldOne(child)))
      return true;
  return false;
}

/** Few names of a note begin with `p` or `r`: the others need no look into the table. */
function readerOf({ name, ns }: XmlElement): Read | undefined {
  const first = name.charCodeAt(0);
  if (first !== SMALL_P && first !== SMALL_R) return undefined;
  return ns === NFE_NAMESPACE || ns === "" ? READ.get(name) : undefined;
}

const [SMALL_P, SMALL_R] = [0x70, 0x72];

type Read = (
  element: XmlElement,
  path: string,
  notices: Notices,
  accessKey: string,
) => NfeEvent | null;

const wholeEvent: Read = (element, path, notices) => {
  const event = readEvent(element, path);
  if (event.ok) return event.value;
  if (event.error.code === "nfe.invalid")
    for (const error of event.error.errors)
      if (error.code === "duplicate" || error.code === "mismatch") notices.errors.push(error);
  return null;
};

const answerOnly: Read = (element, path, notices) => {
  const wrapped = answerIn(element, path, notices);
  const own = onlyOf(element, "infEvento", path, notices);
  const answered = own
    ? fieldsOf(own, `${path}/infEvento`, notices)
    : fieldsOf(wrapped.infEvento, wrapped.path, notices);
  const identity = {
    chNFe: answered("chNFe"),
    tpEvento: answered("tpEvento"),
    nSeqEvento: answered("nSeqEvento") ?? "1",
  };
  const checked = InfEvento.safeParse(identity);
  if (!checked.success) return null;
  return answer(answered, checked.data.chNFe, checked.data.tpEvento, "dhRegEvento");
};

/** retCancNFe, alone or in a procCancNFe beside its request (leiauteCancNFe_v2.00). */
const beforeEvents: Read = (element, path, notices, accessKey) => {
  const whole = element.name === "procCancNFe";
  const retCancNFe = whole ? onlyOf(element, "retCancNFe", path, notices) : element;
  if (retCancNFe === undefined) return null;
  const here = whole ? `${path}/retCancNFe` : path;
  const infCanc = onlyOf(retCancNFe, "infCanc", here, notices);
  const answered = fieldsOf(infCanc, `${here}/infCanc`, notices);
  return answer(answered, answered("chNFe") ?? accessKey, "110111", "dhRecbto");
};

const READ: ReadonlyMap<string, Read> = new Map([
  ["procEventoNFe", wholeEvent],
  ["procEvento", wholeEvent],
  ["retEvento", answerOnly],
  ["procCancNFe", beforeEvents],
  ["retCancNFe", beforeEvents],
]);

/** An event of which only the tax office's answer is there. */
function answer(answered: Fields, accessKey: string, type: string, at: string): NfeEvent {
  return {
    accessKey,
    type,
    sequence: Number(answered("nSeqEvento") ?? "1"),
    at: answered(at) ?? null,
    registeredAt: answered(at) ?? null,
    tpAmb: answered("tpAmb") ?? null,
    answerTpAmb: answered("tpAmb") ?? null,
    author: { cnpj: null, cpf: null },
    cStat: answered("cStat") ?? null,
    nProt: answered("nProt") ?? null,
    text: null,
    undoes: null,
    quantities: [],
    details: {},
    content: "",
  };
}
