import { LimitCounter } from "../../ingest/upload/limit-counter.ts";
import { type BatchLimits, DOCUMENT_BYTES } from "../../ingest/upload/limits.ts";
import { openPart } from "../../ingest/upload/open-part.ts";
import { err, ok, type Result } from "../../lib/result.ts";
import { fromBase64 } from "../../nfe/base64.ts";
import type { Part } from "../../nfe/document.ts";
import { attributeOf, childOf, type XmlElement } from "../../nfe/xml/element.ts";
import type { PackedAnswer, PackedDocument } from "../../ports/documents.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import { type SefazFault, sefazFault } from "../../ports/sefaz-fault.ts";
import { answerIn, envelope, NFE, statusOf, textOf } from "./soap.ts";

/** What a distribution is asked for: what follows an NSU, one NSU, or one note. */
export type Wanted =
  | { readonly after: number }
  | { readonly nsu: number }
  | { readonly accessKey: string };

export interface DistributionRequest {
  readonly environment: SefazEnvironment;
  /** CNPJ (14 characters) or CPF (11 digits) of the interested party. */
  readonly taxpayer: string;
  /** cUF of its state, two digits; null: left out, which the schema allows. */
  readonly cUFAutor: string | null;
  readonly wanted: Wanted;
}

/** A document as the service gave it, unpacked. `schema`: its name there, such as `resNFe_v1.01.xsd`. */
export interface DistributedDocument {
  readonly nsu: number | null;
  readonly schema: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A docZip that cannot be opened, with its bytes: no base64 (then its text as bytes), no gzip, over a limit, a gzip in a gzip. */
export interface UnopenedDocument {
  readonly nsu: number | null;
  readonly schema: string;
  readonly why: "base64" | "gzip" | "too_large" | "nested";
  readonly packed: Uint8Array<ArrayBuffer>;
}

/** retDistDFeInt 1.01. */
export interface DistributionAnswer extends Omit<PackedAnswer, "zips"> {
  readonly documents: readonly DistributedDocument[];
  readonly unopened: readonly UnopenedDocument[];
}

/** cStat of NFeDistribuicaoDFe (NT 2014.002). */
export const FOUND = "138";
export const NONE_FOUND = "137";
/** Consumo indevido: the CNPJ is blocked for an hour, and each call begins it again. */
export const BLOCKED = "656";

const MIB = 1_048_576;

/** The service answers with up to 50 documents; more are refused as a whole. What is over the other limits is not opened. */
export const DISTRIBUTION_LIMITS: BatchLimits = {
  documents: 50,
  entries: 50,
  sentBytes: 4 * MIB,
  inflatedBytes: 32 * MIB,
  entryBytes: DOCUMENT_BYTES,
  ratio: 100,
};
/** Most bytes that are kept of a document that cannot be taken: of a damaged docZip the first, of one that opens all or none. */
export const MOST_PARKED_BYTES = 262_144;

/** NSU as it is written: 15 digits. */
export const nsuText = (nsu: number): string => String(nsu).padStart(15, "0");

/** The SOAP message of a request for documents (distDFeInt 1.01). */
export function distributionRequest(request: DistributionRequest): string {
  const { environment, taxpayer, cUFAutor, wanted } = request;
  const party = taxpayer.length === 11 ? "CPF" : "CNPJ";
  const uf = cUFAutor === null ? "" : `<cUFAutor>${cUFAutor}</cUFAutor>`;
  return envelope(
    "distribution",
    `<distDFeInt xmlns="${NFE}" versao="1.01"><tpAmb>${environment}</tpAmb>${uf}<${party}>${taxpayer}</${party}>${wantedXml(wanted)}</distDFeInt>`,
  );
}

function wantedXml(wanted: Wanted): string {
  if ("after" in wanted) return `<distNSU><ultNSU>${nsuText(wanted.after)}</ultNSU></distNSU>`;
  if ("nsu" in wanted) return `<consNSU><NSU>${nsuText(wanted.nsu)}</NSU></consNSU>`;
  return `<consChNFe><chNFe>${wanted.accessKey}</chNFe></consChNFe>`;
}

/**
 * Reads an answer of the distribution, alone or in SOAP; its documents stay packed. Pure, and the same in a thread and in place.
 * Fails as `answerIn`, and with `malformed` without cStat and with too many documents.
 */
export function readPackedAnswer(bytes: Uint8Array): Result<PackedAnswer, SefazFault> {
  const answer = answerIn(bytes, "retDistDFeInt");
  if (!answer.ok) return answer;
  const { element } = answer.value;
  const status = statusOf(element);
  const zips = childOf(element, "loteDistDFeInt")?.children ?? [];
  if (status === null || zips.length > DISTRIBUTION_LIMITS.documents)
    return err(sefazFault("malformed"));
  return ok({
    ...status,
    dhResp: textOf(element, "dhResp"),
    ultNSU: nsuOf(textOf(element, "ultNSU")),
    maxNSU: nsuOf(textOf(element, "maxNSU")),
    zips: zips.filter(({ name }) => name === "docZip").map(packedIn),
  });
}

function packedIn(zip: XmlElement): PackedDocument {
  const nsu = nsuOf(attributeOf(zip, "NSU")?.trim());
  const schema = attributeOf(zip, "schema")?.trim().slice(0, 100) ?? "";
  const packed = zip.children.length === 0 ? fromBase64(zip.text) : null;
  return packed === null
    ? { nsu, schema, isBase64: false, packed: new Uint8Array(new TextEncoder().encode(zip.text)) }
    : { nsu, schema, isBase64: true, packed };
}

export interface Inflating {
  readonly signal?: AbortSignal;
  /** Counts so many bytes more as in memory; what it throws ends the reading. */
  readonly reserve?: (bytes: number) => void;
  readonly limits?: BatchLimits;
}

/**
 * Inflates the documents of an answer, each by itself and within the limits of one: a docZip that is damaged, or inflates over them,
 * is `unopened`, and the others stay.
 */
export async function openAnswer(
  { zips, ...answer }: PackedAnswer,
  { signal, reserve, limits = DISTRIBUTION_LIMITS }: Inflating = {},
): Promise<DistributionAnswer> {
  const counter = new LimitCounter(limits);
  const documents: DistributedDocument[] = [];
  const unopened: UnopenedDocument[] = [];
  for (const zip of zips) {
    const opened = await openZip(zip, counter, { signal, reserve });
    if ("why" in opened) unopened.push(opened);
    else documents.push(opened);
  }
  return { ...answer, documents, unopened };
}

const nsuOf = (text: string | null | undefined): number | null =>
  text != null && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;

async function openZip(
  { nsu, schema, isBase64, packed }: PackedDocument,
  counter: LimitCounter,
  { signal, reserve }: Inflating,
): Promise<DistributedDocument | UnopenedDocument> {
  if (!isBase64) return { nsu, schema, why: "base64", packed: kept(packed) };
  const part: Part = { name: "docZip", kind: "gzip", bytes: packed };
  const opened = await openPart(part, counter, signal, reserve);
  if (opened.ok) {
    const restore = counter.snapshot();
    try {
      counter.countDocument(packed.length, opened.value.length);
      return { nsu, schema, bytes: opened.value };
    } catch {
      restore(); // over the limit of all documents together
      return { nsu, schema, why: "too_large", packed: kept(packed) };
    }
  }
  const { error } = opened;
  const isNested = error.code === "batch.unreadable_entry" && error.why === "nested_container";
  const why = error.code === "batch.too_large" ? "too_large" : isNested ? "nested" : "gzip";
  return { nsu, schema, why, packed: kept(packed) };
}

/** At most MOST_PARKED_BYTES of it. */
const kept = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.length > MOST_PARKED_BYTES ? bytes.slice(0, MOST_PARKED_BYTES) : bytes;
