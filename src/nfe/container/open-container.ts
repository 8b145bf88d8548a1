import { err, ok, type Result } from "../../lib/result.ts";
import { fromBase64 } from "../base64.ts";
import type { Container, Part } from "../document.ts";
import type { NfeFailure } from "../failures.ts";
import { tooMany } from "../layout/field-errors.ts";
import { NFE_NAMESPACE } from "../layout/layout.ts";
import { otherDocument } from "../other-documents.ts";
import { attributeOf, childOf, type XmlElement } from "../xml/element.ts";
import type { Decoded } from "../xml/encoding.ts";
import type { Span } from "../xml/scan.ts";
import { piecesOf } from "./pieces.ts";

/** Most documents of one container. The services answer with up to 50. */
export const MAX_PARTS = 500;

/** Answers of the services that hold documents (MOC 7.0: distribution, query of a note, authorisation). */
const ANSWERS = new Set([
  "retDistDFeInt",
  "loteDistDFeInt",
  "retConsSitNFe",
  "retEnviNFe",
  "retConsReciNFe",
]);
const DOCUMENTS = new Set([
  "NFe",
  "nfeProc",
  "procEventoNFe",
  "procEvento",
  "protNFe",
  "retCancNFe",
]);

const HEAD = 4_096;
const HEAD_NAME =
  /<(?:[\w.-]+:)?(?:Envelope|retDistDFeInt|loteDistDFeInt|docZip|retConsSitNFe|retEnviNFe|retConsReciNFe|nfe\w*(?:Result|Response|Msg))[\s>]/;

/** Whether a text is probably a container, by its first elements: its texts may be as long as the whole. */
export const looksLikeContainer = (text: string): boolean => HEAD_NAME.test(text.slice(0, HEAD));

/** `<` or `prefix:`, and the name of a document that a container has. */
const PART = /[<:](?:docZip|NFe|nfeProc|procEventoNFe|procEvento|protNFe|retCancNFe)[\s/>]/g;

/** About how many documents a container has, found without parsing: end tags and comments may count too; 0: no container. */
export function guessParts(bytes: Uint8Array): number {
  const latin1 = (part: Uint8Array) => new TextDecoder("latin1").decode(part).replaceAll("\0", "");
  if (!looksLikeContainer(latin1(bytes.subarray(0, 2 * HEAD)))) return 0;
  return latin1(bytes).match(PART)?.length ?? 0;
}

/** Whether the root is that of a container: an answer of a service, a SOAP envelope, or what stands in one. */
export function isContainer(root: XmlElement): boolean {
  if (isOurs(root)) return ANSWERS.has(root.name) || root.name === "docZip";
  return root.name === "Envelope" || isService(root);
}

const isOurs = ({ ns }: XmlElement): boolean => ns === NFE_NAMESPACE || ns === "";
/** The elements around an answer in the body of a SOAP message, each in the namespace of its service. */
const isService = ({ ns }: XmlElement): boolean => ns.startsWith(`${NFE_NAMESPACE}/wsdl/`);

/**
 * The documents of a container (`isContainer`), in its order; a container in a docZip is not opened here. `spans`: the place of
 * each element in `decoded.text`. Fails with `nfe.not_an_nfe` for a SOAP Fault and for a message about something else, and
 * with `nfe.invalid` over MAX_PARTS.
 */
export function openContainer(
  root: XmlElement,
  bytes: Uint8Array,
  decoded: Decoded,
  spans: ReadonlyMap<XmlElement, Span>,
): Result<Container, NfeFailure> {
  const found: Found = { documents: [], others: [], answer: null };
  collect(root, found);
  const { documents, others, answer } = found;
  const type = otherDocument(answer?.name ?? root.name, answer?.ns ?? root.ns) ?? "soap";
  if (documents.length > MAX_PARTS)
    return err({
      code: "nfe.invalid",
      errors: [tooMany(`/${root.name}//${documents[0]?.name}`, MAX_PARTS, documents.length)],
    });
  const [other] = others;
  if (documents.length === 0 && other !== undefined) return err(about(other));
  return ok({
    kind: "container",
    root: answer?.name ?? root.name,
    type,
    parts: partsOf(documents, bytes, decoded, spans),
    answer: answer === null ? null : answerText(answer),
  });
}

interface Found {
  readonly documents: XmlElement[];
  /** What stands in a message instead of an answer. */
  readonly others: XmlElement[];
  answer: XmlElement | null;
}

/** Goes down through envelopes and answers only: what stands in a document belongs to it. */
function collect(element: XmlElement, found: Found): void {
  const ours = isOurs(element);
  if (ours && (DOCUMENTS.has(element.name) || element.name === "docZip"))
    found.documents.push(element);
  else if (ours && ANSWERS.has(element.name)) {
    found.answer ??= element;
    for (const child of element.children)
      if (isOurs(child) && (DOCUMENTS.has(child.name) || isInner(child))) collect(child, found);
  } else if (ours && element.name === "enviNFe")
    for (const child of element.children) {
      if (child.name === "NFe") collect(child, found);
    }
  else if (element.name === "Envelope" || element.name === "Body" || isWrapper(element))
    for (const child of element.children) collect(child, found);
  else if (element.name !== "Header") found.others.push(element);
}

const isWrapper = (element: XmlElement): boolean =>
  isService(element) && otherDocument(element.name, "") === undefined;

const isInner = ({ name }: XmlElement): boolean => name === "loteDistDFeInt" || name === "docZip";

function about({ name, ns }: XmlElement): NfeFailure {
  if (name === "Fault") return { code: "nfe.not_an_nfe", got: "SOAP Fault", document_type: "soap" };
  const type = otherDocument(name, ns);
  const got = name.slice(0, 100);
  return { code: "nfe.not_an_nfe", got, ...(type === undefined ? {} : { document_type: type }) };
}

const answerText = (answer: XmlElement): string | null => {
  const text = (name: string): string => (childOf(answer, name)?.text ?? "").trim().slice(0, 200);
  return `${text("cStat")} ${text("xMotivo")}`.trim() || null;
};

function partsOf(
  documents: readonly XmlElement[],
  bytes: Uint8Array,
  decoded: Decoded,
  spans: ReadonlyMap<XmlElement, Span>,
): Part[] {
  const pieces = documents.flatMap((element) => {
    const span = element.name === "docZip" ? undefined : spans.get(element);
    return span === undefined ? [] : [{ element, span }];
  });
  const cut = piecesOf(
    bytes,
    decoded,
    pieces.map(({ span }) => span),
  );
  const bytesOf = new Map(pieces.map(({ element }, i) => [element, cut[i]]));
  const count = new Map<string, number>();
  return documents.map((element): Part => {
    const n = (count.get(element.name) ?? 0) + 1;
    count.set(element.name, n);
    const name = `${element.name} ${n}`;
    if (element.name !== "docZip") {
      const piece = bytesOf.get(element);
      return piece === undefined
        ? { name, kind: "damaged" }
        : { name, kind: "piece", bytes: piece };
    }
    const nsu = attributeOf(element, "NSU")?.trim() ?? "";
    const shown = /^\d{1,15}$/.test(nsu) ? `NSU ${nsu}` : name;
    const packed = element.children.length === 0 ? fromBase64(element.text) : null;
    return packed === null
      ? { name: shown, kind: "damaged" }
      : { name: shown, kind: "gzip", bytes: packed };
  });
}
