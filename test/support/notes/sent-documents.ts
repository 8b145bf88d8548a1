import {
  distribution,
  distributionOf,
  docZip,
  gzipBase64,
  inSoap,
  statusAnswer,
} from "../../../src/synthetic/answers.ts";
import {
  cancellationEvent,
  correctionLetter,
  otherDocuments,
} from "../../../src/synthetic/events.ts";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { lossEvent, undoEvent } from "./loss-events.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const note = (seed: number, options: Parameters<typeof syntheticNote>[0] = {}) =>
  syntheticNote({ seed, items: 2, ...options });

/** Latin-1 bytes of a text that has no other characters. */
const latin1 = (text: string) =>
  Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);

/**
 * Documents that a client may send, by name, in base64: valid ones, damaged ones, and files that are no document. `keys`: the
 * access keys of the notes among them.
 */
export async function sentDocuments(): Promise<{
  keys: Record<string, string>;
  bytes: Record<string, string>;
}> {
  const notes = {
    first: note(1),
    approved: note(2),
    multipart: note(3),
    spare: note(4),
    queued: note(5),
    zipped: note(6),
    cancelled: note(7),
    early: note(8),
    homologation: note(9, { tpAmb: "2" }),
    latin: note(10, { natOp: "VENDA DE MERCADORIA À VISTA" }),
    service: note(11, { CFOP: "5933" }),
    return: note(12, { finNFe: "4" }),
    retail: note(13, { mod: "65" }),
    exit: note(14, { tpNF: "1" }),
    bareTwice: note(15),
    odd: note(16, { root: "enviNFe" }),
  };
  const [emit] = SUPPLIERS;
  const nail = { cProd: "PREGO", xProd: "PREGO", uCom: "UN", qCom: "3", vUnCom: "3.33" };
  const bought = note(60, { emit, items: [nail] });
  // The other party takes goods from us by its own entry note, also where the company has no CNPJ yet.
  const sold = note(61, { emit, tpNF: "0", CFOP: "1202", items: [{ ...nail, qCom: "2" }] });
  const linked = {
    bought,
    sold,
    complement: note(62, {
      emit,
      finNFe: "2",
      refNFe: [bought.accessKey],
      items: [{ ...nail, qCom: "0", vUnCom: "0", vProd: "1.00" }],
    }),
    back: note(63, {
      emit,
      finNFe: "4",
      CFOP: "5202",
      refNFe: [sold.accessKey],
      items: [{ ...nail, qCom: "1", vUnCom: "9.00" }],
    }),
  };
  const bare = note(20, { root: "NFe" });
  const unit = /<uCom>([^<]*)/.exec(notes.approved.xml)?.[1] ?? "";
  const loss = lossEvent(notes.approved.accessKey, [
    { nItem: 1, quantity: "1.0000", unit },
    { nItem: 2, quantity: "1.0000", unit: "?" },
  ]);
  const broken = note(21, { badCheckDigit: true });
  const documents: Record<string, string | Uint8Array> = {
    ...Object.fromEntries(
      Object.entries({ ...notes, ...linked }).map(([name, { xml }]) => [name, xml]),
    ),
    latin: latin1(notes.latin.xml.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')),
    unsaid: latin1(note(22, { natOp: "DEVOLUÇÃO" }).xml.replace(/<\?xml[^>]*\?>/, "")),
    differs: note(1, { natOp: "OUTRA NATUREZA" }).xml,
    bare: bare.xml,
    complete: note(20).xml,
    broken: broken.xml,
    many: syntheticBatch([{ seed: 23 }, { seed: 24 }]).xml,
    invalid: note(25)
      .xml.replace(/<NCM>[^<]*<\/NCM>/, "")
      .replace(/<qCom>[^<]*/, "<qCom>x"),
    truncated: note(26).xml.slice(0, 900),
    doctype: `<!DOCTYPE a [<!ENTITY x "y">]>${note(27).xml.replace(/<\?xml[^>]*\?>/, "")}`,
    distribution: inSoap(
      await distribution([
        { nsu: 1, xml: note(28).xml },
        { nsu: 2, xml: cancellationEvent(note(28).accessKey) },
        { nsu: 3, xml: otherDocuments(note(28).accessKey)[0]?.xml ?? "" },
        { nsu: 4, xml: "" },
      ]),
    ),
    query: statusAnswer(
      note(28).accessKey,
      correctionLetter(note(28).accessKey).replace(/<\?xml[^>]*\?>/, ""),
    ),
    damagedZips: distributionOf([
      docZip(1, "não é base64"),
      docZip(2, btoa("no gzip")),
      docZip(3, (await gzipBase64(note(29).xml)).slice(0, 400)),
      docZip(4, await gzipBase64("<a>".repeat(1_000_000))),
    ]),
    cancel: cancellationEvent(notes.cancelled.accessKey),
    cancelEarly: cancellationEvent(notes.early.accessKey),
    letter: correctionLetter(notes.first.accessKey),
    loss,
    undoLoss: undoEvent(notes.approved.accessKey, "112130", loss),
    pdf: "%PDF-1.7\n%âãÏÓ",
    empty: "",
    ...Object.fromEntries(
      otherDocuments(notes.first.accessKey).map(({ name, xml }) => [`other ${name}`, xml]),
    ),
    zip: await zipOf([
      { name: "a.xml", bytes: utf8(notes.zipped.xml) },
      { name: "pasta/", bytes: utf8("") },
      { name: "__MACOSX/a.xml", bytes: utf8("x") },
      { name: "leia.pdf", bytes: utf8("%PDF-1.7") },
      { name: "pasta/b.xml", bytes: utf8(broken.xml) },
      { name: "c.xml", bytes: utf8(notes.first.xml) },
    ]),
  };
  return {
    keys: Object.fromEntries(
      Object.entries({ ...notes, ...linked, bare }).map(([name, { accessKey }]) => [
        name,
        accessKey,
      ]),
    ),
    bytes: Object.fromEntries(
      Object.entries(documents).map(([name, content]) => [
        name,
        Buffer.from(typeof content === "string" ? utf8(content) : content).toString("base64"),
      ]),
    ),
  };
}
