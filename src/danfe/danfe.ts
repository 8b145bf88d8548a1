import { err, ok, type Result } from "../lib/result.ts";
import { documentAt, type NoteElement } from "../nfe/layout/roots.ts";
import { attributeOf } from "../nfe/xml/element.ts";
import { decodeXml } from "../nfe/xml/encoding.ts";
import { parseXml } from "../nfe/xml/scan.ts";
import { additionalOf } from "./additional.ts";
import { billingOf, reformOf, servicesOf, taxesOf } from "./amounts.ts";
import { code128 } from "./code128.ts";
import { COLUMNS, itemOf } from "./items.ts";
import { marksOf } from "./marks.ts";
import type { Danfe, Standing } from "./model.ts";
import { headOf, issuerOf, placesOf, recipientOf } from "./parties.ts";
import { amount, day, joined, keyGroups, noteNumber } from "./printed.ts";
import { transportOf } from "./transport.ts";
import { element, elements, leaf } from "./xml.ts";

/** Raised when the same document and standing are printed otherwise: it is part of the ETag. */
export const DANFE_VERSION = 2;

/**
 * Most characters of a paper, over all: more than any note that the tax office takes can have (500 KB). With them a paper has
 * some 400 pages.
 */
export const MAX_CHARACTERS = 2_000_000;

/**
 * The note with this access key in the bytes of its document, as a paper. Pure. Fails with `unreadable` where today's reader
 * refuses the bytes or they hold no such note, and with `too_long` above MAX_CHARACTERS.
 */
export function danfeOf(
  bytes: Uint8Array,
  accessKey: string,
  standing: Standing,
): Result<Danfe, "unreadable" | "too_long"> {
  const note = noteIn(bytes, accessKey);
  const infNFe = note === null ? undefined : element(note.nfe, "infNFe");
  if (note === null || infNFe === undefined) return err("unreadable");
  const infProt = note.proc === null ? undefined : element(note.proc, "protNFe", "infProt");
  const text = (...names: string[]): string => leaf(infNFe, ...names) ?? "";
  const model = text("ide", "mod") === "65" ? "65" : "55";
  const { marks, notices } = marksOf(accessKey, infNFe, infProt, standing);
  const issuer = issuerOf(infNFe);
  const number = noteNumber(text("ide", "nNF"));
  const issued = day(leaf(infNFe, "ide", "dhEmi") ?? leaf(infNFe, "ide", "dEmi"));
  const total = amount(leaf(infNFe, "total", "ICMSTot", "vNF"));
  const danfe: Danfe = {
    accessKey,
    model,
    title: model === "65" ? "NFC-e" : "DANFE",
    subtitle:
      model === "65"
        ? "NOTA FISCAL DE CONSUMIDOR ELETRÔNICA"
        : "DOCUMENTO AUXILIAR DA NOTA FISCAL ELETRÔNICA",
    keyText: keyGroups(accessKey),
    barcode: code128(accessKey),
    marks,
    notices,
    operation:
      text("ide", "tpNF") === "0" ? { code: "0", text: "ENTRADA" } : { code: "1", text: "SAÍDA" },
    number,
    series: text("ide", "serie").padStart(3, "0"),
    issuer,
    receipt: joined([
      `RECEBEMOS DE ${issuer.name} OS PRODUTOS E/OU SERVIÇOS CONSTANTES DA NOTA FISCAL ELETRÔNICA INDICADA AO LADO.`,
      `EMISSÃO: ${issued}.`,
      `VALOR TOTAL: R$ ${total}.`,
      `DESTINATÁRIO: ${joined([text("dest", "xNome") || "NÃO IDENTIFICADO", text("dest", "enderDest", "xMun"), text("dest", "enderDest", "UF")], " - ")}.`,
    ]),
    head: headOf(infNFe, infProt),
    blocks: [
      recipientOf(infNFe),
      ...placesOf(infNFe),
      ...billingOf(infNFe),
      taxesOf(infNFe),
      ...reformOf(infNFe),
      transportOf(infNFe),
    ],
    columns: COLUMNS,
    items: elements(infNFe, "det").map(itemOf),
    after: servicesOf(infNFe),
    additional: additionalOf(infNFe, standing),
  };
  return charactersOf(danfe) > MAX_CHARACTERS ? err("too_long") : ok(danfe);
}

/** The note of this key among those of the document. */
function noteIn(bytes: Uint8Array, accessKey: string): NoteElement | null {
  const decoded = decodeXml(bytes);
  const parsed = decoded.ok ? parseXml(decoded.value.text) : decoded;
  if (!parsed.ok) return null;
  const document = documentAt(parsed.value);
  if (document.kind !== "notes") return null;
  return (
    document.notes.find(({ nfe }) => {
      const infNFe = element(nfe, "infNFe");
      return infNFe !== undefined && attributeOf(infNFe, "Id")?.trim() === `NFe${accessKey}`;
    }) ?? null
  );
}

/** The characters of everything that grows with the document. */
function charactersOf({ items, additional, blocks }: Danfe): number {
  const count = (texts: readonly string[]): number =>
    texts.reduce((sum, { length }) => sum + length, 0);
  let characters = count(additional);
  for (const { cells, notes } of items) characters += count(cells) + count(notes);
  for (const { rows } of blocks)
    for (const row of rows)
      for (const { label, text } of row) characters += label.length + text.length;
  return characters;
}
