import { cp1252, utf8 } from "../synthetic/bytes.ts";
import { cancellationEvent, otherDocuments } from "../synthetic/events.ts";
import { DECLARATION, type NoteOptions, syntheticNote } from "../synthetic/synthetic-note.ts";
import {
  COMPANY,
  CUSTOMER,
  itemOf,
  type Product,
  SUPPLIERS,
  UNRELATED,
} from "../synthetic/trade.ts";
import { zipOf } from "../synthetic/zip.ts";
import { type Calendar, NOVEMBER } from "./calendar.ts";
import { type Factor, type Purchase, purchases } from "./purchases.ts";

/** One file that the demo sends. */
export interface Upload {
  readonly file: string;
  /** For people, in Portuguese. */
  readonly what: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of a purchase: which one of the month (purchases.ts). */
  readonly slot?: number;
  /** Factors that a person gives with its approval. */
  readonly factors?: readonly Factor[];
}

/** What the demo sends, in this order. */
export interface Scenario {
  /** One by one. */
  readonly purchases: readonly Upload[];
  /** In one archive. */
  readonly zip: Upload & { readonly count: number };
  /**
   * Our own sales and other notes that are no ordinary purchase; all are valid, most of them wait for
   * a person.
   */
  readonly special: readonly Upload[];
  /** Documents that the service refuses. */
  readonly bad: readonly Upload[];
}

/** A product of a supplier, by its code. Throws RangeError for an unknown one. */
function productOf(supplier: number, code: string): Product {
  const found = SUPPLIERS[supplier]?.products.find((one) => one.cProd === code);
  if (found === undefined) throw new RangeError(`no product ${code}`);
  return found;
}

const uploadOf = (file: string, what: string, xml: string): Upload => ({
  file,
  what,
  bytes: utf8(xml),
});

/** A purchase as its supplier sends it. */
export const purchaseUpload = ({ file, what, xml, slot, factors }: Purchase): Upload => {
  // The bakery's system still writes ISO-8859-1.
  const old = what.includes("PÃO");
  const latin = () =>
    cp1252(`<?xml version="1.0" encoding="ISO-8859-1"?>${xml.slice(DECLARATION.length)}`);
  return { file, what, bytes: old ? latin() : utf8(xml), slot, factors };
};

const SOLD: readonly (readonly [
  supplier: number,
  code: string,
  quantity: string,
  price: string,
])[] = [
  [0, "1002", "3", "79.9000"],
  [4, "FEJ-CAR", "5", "11.4900"],
  [6, "F-0114", "4", "27.9000"],
  [9, "MEL", "2", "49.0000"],
  [11, "LAR-PER", "8.5000", "5.9900"],
];

function ourSales(calendar: Calendar): Upload[] {
  return SOLD.map(([supplier, code, quantity, vUnCom], n) => {
    const item = itemOf(productOf(supplier, code), quantity, { vUnCom, CFOP: "5102" });
    const note = syntheticNote({
      seed: 500 + n,
      emit: COMPANY,
      dest: CUSTOMER,
      items: [item],
      issuedAt: calendar.sale(n),
    });
    return uploadOf(`venda-${n + 1}.xml`, `nossa venda: saída de ${item.xProd}`, note.xml);
  });
}

/** A note of the coffee roaster that differs from an ordinary one by `options`. */
function special(calendar: Calendar, file: string, what: string, options: NoteOptions): Upload {
  const items = [itemOf(productOf(0, "1003"), "10", { CFOP: "6102" })];
  const issuedAt = calendar.special;
  return uploadOf(
    file,
    what,
    syntheticNote({ emit: SUPPLIERS[0], items, issuedAt, ...options }).xml,
  );
}

function specials(first: Purchase, cancelled: Purchase, calendar: Calendar): Upload[] {
  const one = special.bind(null, calendar);
  const [coffee] = SUPPLIERS;
  const back = itemOf(productOf(0, "1003"), "2", { CFOP: "6202" });
  const again = itemOf(productOf(9, "MEL"), "1", { CFOP: "1202" });
  return [
    ...ourSales(calendar),
    one("devolucao-nossa.xml", "devolução nossa ao fornecedor", {
      seed: 601,
      emit: COMPANY,
      dest: coffee,
      finNFe: "4",
      items: [back],
      refNFe: [first.accessKey],
      natOp: "DEVOLUCAO DE COMPRA",
    }),
    one("devolucao-cliente.xml", "devolução de um cliente", {
      seed: 602,
      emit: COMPANY,
      dest: CUSTOMER,
      tpNF: "0",
      finNFe: "4",
      items: [again],
      natOp: "DEVOLUCAO DE VENDA",
    }),
    one("bonificacao.xml", "bonificação (CFOP 6.910)", {
      seed: 603,
      CFOP: "6910",
      items: [itemOf(productOf(0, "1002"), "1", { CFOP: "6910" })],
      natOp: "BONIFICACAO",
    }),
    one("faturamento.xml", "faturamento sem mercadoria (CFOP 6.922)", {
      seed: 604,
      items: [itemOf(productOf(0, "1001"), "20", { CFOP: "6922" })],
      natOp: "SIMPLES FATURAMENTO",
    }),
    one("remessa.xml", "outra saída (CFOP 6.949)", {
      seed: 605,
      items: [itemOf(productOf(0, "1002"), "1", { CFOP: "6949" })],
      natOp: "OUTRA SAIDA",
    }),
    one("homologacao.xml", "nota de teste (tpAmb 2)", { seed: 606, tpAmb: "2" }),
    one("sem-protocolo.xml", "nota sem protocolo de autorização", { seed: 607, root: "NFe" }),
    one("denegada.xml", "uso denegado (cStat 302)", { seed: 608, protocol: { cStat: "302" } }),
    one("de-outro.xml", "nota para outra empresa", { seed: 609, dest: UNRELATED }),
    uploadOf("cancelamento.xml", "evento de cancelamento", cancellationEvent(cancelled.accessKey)),
    uploadOf(first.file, "a primeira nota, outra vez", first.xml),
  ];
}

function bad(some: Purchase, calendar: Calendar): Upload[] {
  const xml = some.xml.replace(/<nNF>\d+</, "<nNF>999<");
  const [summary] = otherDocuments(some.accessKey);
  return [
    { file: "danfe.pdf", what: "o PDF em vez do XML", bytes: utf8("%PDF-1.7\n1 0 obj\nendobj\n") },
    uploadOf("cortada.xml", "arquivo cortado", xml.slice(0, 1_500)),
    uploadOf("doctype.xml", "XML com DOCTYPE", xml.replace("?>", '?><!DOCTYPE x SYSTEM "x.dtd">')),
    special(calendar, "chave-errada.xml", "dígito verificador da chave errado", {
      seed: 610,
      badCheckDigit: true,
    }),
    uploadOf("resumo.xml", "resNFe: resumo, sem itens", summary?.xml ?? ""),
  ];
}

/**
 * One month of an invented shop: some sixty notes of a dozen suppliers, and a few files that are no
 * note. Always the same bytes. The cancellation is of the last purchase that is sent alone; the last
 * document of `special` is the first purchase again.
 */
export async function scenario(calendar: Calendar = NOVEMBER): Promise<Scenario> {
  const all = purchases(calendar);
  const archived = all.slice(-SUPPLIERS.length).map(purchaseUpload);
  const single = all.slice(0, -SUPPLIERS.length);
  const [first] = single;
  const last = single.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("no purchases");
  const bytes = await zipOf(archived.map((one) => ({ name: one.file, bytes: one.bytes })));
  return {
    purchases: single.map(purchaseUpload),
    zip: {
      file: "novembro.zip",
      what: "as últimas compras em um só arquivo",
      count: archived.length,
      bytes,
    },
    special: specials(first, last, calendar),
    bad: bad(last, calendar),
  };
}
