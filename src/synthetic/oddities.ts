import { cp1252, utf16 } from "./bytes.ts";
import { cancellationEvent, correctionLetter, otherDocuments } from "./events.ts";
import { ODD_NOTES } from "./odd-notes.ts";
import { ANOTHER_KEY, accepted, held, note, type Oddity, refused, text } from "./oddity.ts";
import { DECLARATION, type NoteOptions, syntheticBatch } from "./synthetic-note.ts";
import { itemOf, SUPPLIERS } from "./trade.ts";

/** A supplier whose name has accents, so that an encoding can go wrong. */
const BAKERY = SUPPLIERS[7] ?? SUPPLIERS[0];
const accented: NoteOptions = {
  seed: 40,
  emit: BAKERY,
  items: BAKERY.products.map((product) => itemOf(product, "3")),
};
const body = (xml: string): string => xml.slice(DECLARATION.length);
const declared = (encoding: string, xml: string): string =>
  `<?xml version="1.0" encoding="${encoding}"?>${body(xml)}`;
const prefixed = (xml: string): string =>
  xml
    .replace(/<Signature .*<\/Signature>/, "")
    .replaceAll(/<(\/?)(?=[A-Za-z])/g, "<$1nfe:")
    .replaceAll("xmlns=", "xmlns:nfe=");

const entity = (dtd: string, xml: string): string =>
  `<?xml version="1.0"?><!DOCTYPE nfeProc [${dtd}]>${body(xml).replace(/<natOp>[^<]*</, "<natOp>&x;<")}`;

const bomb = (): string => {
  const levels = Array.from(
    { length: 9 },
    (_, n) => `<!ENTITY b${n + 1} "${`&b${n};`.repeat(10)}">`,
  );
  return `<!ENTITY b0 "bum">${levels.join("")}<!ENTITY x "&b9;">`;
};

/** Unusual in their bytes, or no note at all. */
const ODD_BYTES: readonly Oddity[] = [
  {
    name: "batch-of-three",
    what: "enviNFe com três notas, sem protocolo",
    bytes: text(() => syntheticBatch([{ seed: 42 }, { seed: 43 }, { seed: 44 }]).xml),
    expected: refused("nfe.many_notes"),
  },
  {
    name: "batch-of-one",
    what: "enviNFe com uma só nota: conta como ela, sem protocolo",
    bytes: text(() => note({ root: "enviNFe" })),
    expected: held("no_protocol"),
  },
  {
    name: "bom",
    what: "UTF-8 com marca de ordem de bytes",
    bytes: text(() => `\ufeff${note(accented)}`),
    expected: accepted,
  },
  {
    name: "entity-bomb",
    what: "entidades que se multiplicam: recusada sem expandir",
    bytes: text(() => entity(bomb(), note({}))),
    expected: refused("nfe.malformed_xml"),
  },
  {
    name: "xxe",
    what: "entidade externa na natureza da operação: recusada, nunca resolvida",
    bytes: text(() => entity('<!ENTITY x SYSTEM "file:///etc/hostname">', note({}))),
    expected: refused("nfe.malformed_xml"),
  },
  {
    name: "cancellation",
    what: "evento de cancelamento registrado (110111, cStat 135)",
    bytes: text(() => cancellationEvent(ANOTHER_KEY)),
    expected: { status: 200, event: true },
  },
  {
    name: "correction-letter",
    what: "carta de correção registrada: fica junto da nota, nada muda",
    bytes: text(() => correctionLetter(ANOTHER_KEY)),
    expected: { status: 200, event: true },
  },
  {
    name: "proc-evento",
    what: "cancelamento sob a raiz procEvento, como alguns sistemas gravam",
    bytes: text(() => cancellationEvent(ANOTHER_KEY, { root: "procEvento" })),
    expected: { status: 200, event: true },
  },
  {
    name: "unregistered-event",
    what: "pedido de cancelamento ainda não registrado",
    bytes: text(() => cancellationEvent(ANOTHER_KEY, { root: "envEvento" })),
    expected: refused("nfe.not_an_nfe"),
  },
  {
    name: "windows-1252",
    what: "windows-1252 declarado, com aspas e travessão que o Latin-1 não tem",
    bytes: () =>
      cp1252(declared("windows-1252", note(accented).replace("CONGELADO", "CONGELADO – “3KG”"))),
    expected: accepted,
  },
  {
    name: "iso-8859-1",
    what: "ISO-8859-1 declarado e gravado",
    bytes: () => cp1252(declared("ISO-8859-1", note(accented))),
    expected: accepted,
  },
  {
    name: "latin-1-undeclared",
    what: "bytes Latin-1 sem declaração: lida com aviso",
    bytes: () => cp1252(body(note(accented))),
    expected: { status: 200, findings: ["encoding_guessed"] },
  },
  {
    name: "utf-16",
    what: "UTF-16 com marca de ordem de bytes",
    bytes: () => utf16(declared("UTF-16", note(accented))),
    expected: accepted,
  },
  {
    name: "crlf",
    what: "uma marca por linha, CRLF, sem declaração",
    bytes: text(() => body(note(accented)).replaceAll("><", ">\r\n<")),
    expected: accepted,
  },
  {
    name: "prefixed",
    what: "todo elemento com o prefixo nfe:",
    bytes: text(() => prefixed(note(accented))),
    expected: accepted,
  },
  {
    name: "no-namespace",
    what: "sem espaço de nomes algum",
    bytes: text(() => note({}).replaceAll(/ xmlns="http:\/\/www\.portalfiscal[^"]*"/g, "")),
    expected: accepted,
  },
  {
    name: "cdata",
    what: "nomes em CDATA",
    bytes: text(() => note({}).replaceAll(/<xProd>([^<]*)</g, "<xProd><![CDATA[$1]]><")),
    expected: accepted,
  },
  {
    name: "truncated",
    what: "envio cortado no meio",
    bytes: text(() => {
      const xml = note({});
      return xml.slice(0, Math.trunc(xml.length / 2));
    }),
    expected: refused("nfe.malformed_xml"),
  },
  {
    name: "summary",
    what: "resNFe, o resumo da distribuição: não tem itens",
    bytes: text(() => otherDocuments(ANOTHER_KEY)[0]?.xml ?? ""),
    expected: refused("nfe.not_an_nfe"),
  },
];

/** Every kind of unusual document that real systems send, made with invented data. */
export const ODDITIES: readonly Oddity[] = [...ODD_BYTES, ...ODD_NOTES];
