import { utf8OrWindows1252 } from "../../lib/decode-text.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { piecesOf } from "../../nfe/container/pieces.ts";
import { childOf, type XmlElement } from "../../nfe/xml/element.ts";
import { type Decoded, decodeXml } from "../../nfe/xml/encoding.ts";
import { parseXml, type Span } from "../../nfe/xml/scan.ts";
import type { SefazService } from "../../ports/sefaz.ts";
import { oneLine, type SefazFault, sefazFault } from "../../ports/sefaz-fault.ts";

export const NFE = "http://www.portalfiscal.inf.br/nfe";
const SOAP = "http://www.w3.org/2003/05/soap-envelope";

/**
 * Namespace, action and wrapper of each service, as its WSDL has them. NFeDistribuicaoDFe wraps its message once more; the
 * national body's NFeRecepcaoEvento4 has the operation nfeRecepcaoEventoNF, where the states have nfeRecepcaoEvento.
 */
const SERVICES: Readonly<Record<SefazService, Service>> = {
  distribution: {
    namespace: `${NFE}/wsdl/NFeDistribuicaoDFe`,
    operation: "nfeDistDFeInteresse",
    isWrapped: true,
  },
  statement: {
    namespace: `${NFE}/wsdl/NFeRecepcaoEvento4`,
    operation: "nfeRecepcaoEventoNF",
    isWrapped: false,
  },
  query: {
    namespace: `${NFE}/wsdl/NFeConsultaProtocolo4`,
    operation: "nfeConsultaNF",
    isWrapped: false,
  },
};

interface Service {
  readonly namespace: string;
  readonly operation: string;
  readonly isWrapped: boolean;
}

/** The action of a service, which SOAP 1.2 puts into the Content-Type. */
export const actionOf = (service: SefazService): string =>
  `${SERVICES[service].namespace}/${SERVICES[service].operation}`;

/** The SOAP 1.2 message around a request, which is an element without an XML declaration; its bytes are not changed. */
export function envelope(service: SefazService, request: string): string {
  const { namespace, operation, isWrapped } = SERVICES[service];
  const message = isWrapped
    ? `<${operation} xmlns="${namespace}"><nfeDadosMsg>${request}</nfeDadosMsg></${operation}>`
    : `<nfeDadosMsg xmlns="${namespace}">${request}</nfeDadosMsg>`;
  return `<?xml version="1.0" encoding="utf-8"?><soap12:Envelope xmlns:soap12="${SOAP}"><soap12:Body>${message}</soap12:Body></soap12:Envelope>`;
}

/** An answer with what is needed to cut pieces out of its bytes. */
export interface Answer {
  readonly element: XmlElement;
  readonly piece: (element: XmlElement) => Uint8Array<ArrayBuffer> | null;
  /** The text of the piece, as it was decoded. */
  readonly pieceText: (element: XmlElement) => string | null;
}

/** Deepest place where an answer stands: Envelope, Body, Response, Result, answer. */
const DEEPEST = 5;
const HEAD = 1_024;
const WEB_PAGE = /^[^<]{0,64}<(?:!doctype\s+html|html)[\s>]/i;

/**
 * Finds the answer by the name of its element, in a SOAP message of any version or alone. Bytes that are not in the charset that
 * they declare are read as Windows-1252: a block (656) must be understood also then. Fails with `web_page`, `charset`,
 * `malformed` (also for XML that is cut), and `soap_fault`, which is transient unless the service blames the sender.
 */
export function answerIn(bytes: Uint8Array, name: string): Result<Answer, SefazFault> {
  const decoded = decodedAnswer(bytes);
  if (!decoded.ok) return decoded;
  const { text } = decoded.value;
  if (WEB_PAGE.test(text.slice(0, HEAD)))
    return err(sefazFault("web_page", { text: titleOf(text) }));
  const spans = new Map<XmlElement, Span>();
  const parsed = parseXml(text, { textLimit: text.length, spans });
  if (!parsed.ok) return err(sefazFault("malformed"));
  const element = found(parsed.value, name, DEEPEST);
  if (element === null) return err(whyNone(parsed.value));
  const pieceText = (part: XmlElement): string | null => {
    const span = spans.get(part);
    // Spans count in the text with LF line ends; with CRLF in it, the piece of bytes is decoded.
    if (span === undefined) return null;
    return text.includes("\r")
      ? utf8OrWindows1252(cut(bytes, decoded.value, span))
      : text.slice(span.from, span.to);
  };
  const piece = (part: XmlElement) => {
    const span = spans.get(part);
    return span === undefined ? null : cut(bytes, decoded.value, span);
  };
  return ok({ element, piece, pieceText });
}

function cut(bytes: Uint8Array, decoded: Decoded, span: Span): Uint8Array<ArrayBuffer> {
  return piecesOf(bytes, decoded, [span])[0] ?? new Uint8Array();
}

function decodedAnswer(bytes: Uint8Array): Result<Decoded, SefazFault> {
  if (bytes.length === 0) return err(sefazFault("malformed"));
  const decoded = decodeXml(bytes);
  if (decoded.ok) return decoded;
  // UTF-16 that is none, and charsets that no service has, are no text of ours in any reading.
  if (decoded.error.why !== "not_as_declared" || bytes.includes(0))
    return err(sefazFault("charset"));
  const text = utf8OrWindows1252(bytes);
  return ok({ text, guessed: true, encoding: "windows-1252" });
}

function found(element: XmlElement, name: string, depth: number): XmlElement | null {
  if (element.name === name) return element;
  if (depth === 1 || element.name === "Header" || element.name === "Fault") return null;
  for (const child of element.children) {
    const inner = found(child, name, depth - 1);
    if (inner !== null) return inner;
  }
  return null;
}

/** SOAP 1.2 has Code/Value and Reason/Text, SOAP 1.1 faultcode and faultstring. */
function whyNone(root: XmlElement): SefazFault {
  if (root.name.toLowerCase() === "html") return sefazFault("web_page");
  const fault = found(root, "Fault", DEEPEST);
  if (fault === null) return sefazFault("malformed", { text: root.name });
  const code = childOf(fault, "Code");
  const value = (code && childOf(code, "Value")?.text) ?? childOf(fault, "faultcode")?.text ?? "";
  const reason = childOf(fault, "Reason");
  const text =
    (reason && childOf(reason, "Text")?.text) ?? childOf(fault, "faultstring")?.text ?? "";
  const isOurs = /(?:Sender|Client|VersionMismatch|MustUnderstand)$/.test(value.trim());
  return sefazFault("soap_fault", { text, isTransient: !isOurs });
}

const titleOf = (page: string): string =>
  oneLine(/<title[^>]*>([^<]*)</i.exec(page.slice(0, 16 * HEAD))?.[1] ?? "");

/** The text of a child, trimmed, at most `most` characters; null: it has none. */
export function textOf(element: XmlElement, name: string, most = 255): string | null {
  const text = childOf(element, name)?.text.trim().slice(0, most) ?? "";
  return text === "" ? null : text;
}

/** The cStat of an answer, 3 or 4 digits, and its sentence; null where there is no cStat. */
export function statusOf(element: XmlElement): { cStat: string; xMotivo: string } | null {
  const cStat = textOf(element, "cStat") ?? "";
  if (!/^[0-9]{3,4}$/.test(cStat)) return null;
  return { cStat, xMotivo: oneLine(textOf(element, "xMotivo") ?? "") };
}
