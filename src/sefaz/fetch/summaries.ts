import { toScaled } from "../../lib/decimal.ts";
import { isAccessKeyShape } from "../../nfe/access-key.ts";
import { instantOf } from "../../nfe/dates.ts";
import { childOf, type XmlElement } from "../../nfe/xml/element.ts";
import { decodeXml } from "../../nfe/xml/encoding.ts";
import { parseXml } from "../../nfe/xml/scan.ts";

/** A note by its summary (resNFe 1.01). */
export interface ResNFe {
  readonly kind: "note";
  readonly accessKey: string;
  /** CNPJ or CPF. */
  readonly issuer: string;
  readonly issuerName: string;
  readonly issuedAt: string;
  readonly issuedMs: number;
  /** vNF in 1/100. */
  readonly valueE2: number;
  readonly tpNf: string;
  readonly cSit: string;
  readonly protocol: string;
}

/** An event by its summary (resEvento 1.01). */
export interface ResEvento {
  readonly kind: "event";
  readonly accessKey: string;
  /** CNPJ or CPF. */
  readonly author: string;
  readonly tpEvento: string;
  readonly nSeq: number;
  readonly title: string;
  readonly happenedAt: string;
  readonly protocol: string;
}

const LONGEST = 120;
/** A summary has less than 1 KiB; what is longer is none, and is not parsed. */
const SUMMARY_BYTES = 16_384;

/**
 * Reads the summary of a note or of an event, by its root; elements that it does not know are passed over, so that a newer
 * layout with the same fields is read too. Null: it is neither, or a field that it must have is missing or not as it must be.
 */
export function readSummary(bytes: Uint8Array): ResNFe | ResEvento | null {
  if (bytes.byteLength > SUMMARY_BYTES) return null;
  const decoded = decodeXml(bytes);
  if (!decoded.ok) return null;
  const parsed = parseXml(decoded.value.text);
  if (!parsed.ok) return null;
  if (parsed.value.name === "resNFe") return noteIn(parsed.value);
  return parsed.value.name === "resEvento" ? eventIn(parsed.value) : null;
}

const reader = (root: XmlElement) => (name: string) =>
  (childOf(root, name)?.text ?? "").trim().slice(0, LONGEST);

function noteIn(root: XmlElement): ResNFe | null {
  const field = reader(root);
  const accessKey = field("chNFe");
  const issuedMs = instantOf(field("dhEmi"));
  const value = toScaled(field("vNF"), 2);
  const issuer = field("CNPJ") || field("CPF");
  if (!isAccessKeyShape(accessKey) || issuedMs === null || !value.ok || issuer === "") return null;
  return {
    kind: "note",
    accessKey,
    issuer,
    issuerName: field("xNome"),
    issuedAt: field("dhEmi"),
    issuedMs,
    valueE2: value.value,
    tpNf: field("tpNF"),
    cSit: field("cSitNFe"),
    protocol: field("nProt"),
  };
}

function eventIn(root: XmlElement): ResEvento | null {
  const field = reader(root);
  const accessKey = field("chNFe");
  const tpEvento = field("tpEvento");
  const nSeq = field("nSeqEvento");
  if (!isAccessKeyShape(accessKey) || !/^\d{6}$/.test(tpEvento) || !/^\d{1,3}$/.test(nSeq))
    return null;
  return {
    kind: "event",
    accessKey,
    author: field("CNPJ") || field("CPF"),
    tpEvento,
    nSeq: Number(nSeq),
    title: field("xEvento"),
    happenedAt: field("dhEvento"),
    protocol: field("nProt"),
  };
}
