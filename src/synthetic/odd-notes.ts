import { withGluedCancellation } from "./events.ts";
import { ANOTHER_KEY, accepted, held, note, type Oddity, refused, text } from "./oddity.ts";
import { type NoteOptions, someItems, syntheticNote } from "./synthetic-note.ts";
import { COMPANY, itemOf, SUPPLIERS, type Supplier, UNRELATED } from "./trade.ts";

const supplier = (n: number): Supplier => SUPPLIERS[n] ?? SUPPLIERS[0];
const [first] = SUPPLIERS[0].products;
const one = (CFOP: string): NoteOptions["items"] =>
  first === undefined ? 1 : [itemOf(first, "2", { CFOP })];

/** An item of a note that adds price to another. */
const ONLY_VALUE = {
  cProd: "COMPL",
  xProd: "COMPLEMENTO DE PRECO",
  uCom: "UN",
  qCom: "0",
  vUnCom: "0",
  vProd: "9.00",
};
const lotted = (): NoteOptions["items"] => {
  const [product] = supplier(6).products;
  const lots = [
    { nLote: "L26A", qLote: "7.000", dFab: "2026-03-01", dVal: "2028-02-29" },
    { nLote: "L26B", qLote: "5.000", dFab: "2026-05-01", dVal: "2028-04-30" },
  ];
  return product === undefined ? 1 : [itemOf(product, "12", { lots })];
};

/** Unusual in their content: authorisation, key, parties, operation, items. */
export const ODD_NOTES: readonly Oddity[] = [
  {
    name: "late",
    what: "autorizada fora do prazo (cStat 150): vale como qualquer outra",
    bytes: text(() => note({ protocol: { cStat: "150" } })),
    expected: accepted,
  },
  {
    name: "bad-check-digit",
    what: "dígito verificador da chave errado em todo lugar",
    bytes: text(() => note({ badCheckDigit: true })),
    expected: refused("nfe.access_key"),
  },
  {
    name: "denied",
    what: "uso denegado (cStat 110): nunca vira estoque",
    bytes: text(() => note({ protocol: { cStat: "110" } })),
    expected: held("not_authorised"),
  },
  {
    name: "no-protocol",
    what: "NFe assinada, sem protocolo",
    bytes: text(() => note({ root: "NFe" })),
    expected: held("no_protocol"),
  },
  {
    name: "protocol-of-another",
    what: "protocolo de outra chave de acesso",
    bytes: text(() => note({ protocol: { chNFe: ANOTHER_KEY } })),
    expected: held("protocol_mismatch"),
  },
  {
    name: "key-mismatch",
    what: "chave válida que diz outro número de nota",
    bytes: text(() => note({ key: { nNF: "777" } })),
    expected: held("key_mismatch"),
  },
  {
    name: "homologation",
    what: "ambiente de homologação (tpAmb 2): sem valor fiscal",
    bytes: text(() => note({ tpAmb: "2" })),
    expected: held("homologation"),
  },
  {
    name: "glued-cancellation",
    what: "cancelamento registrado colado depois do protocolo",
    bytes: text(() => {
      const { xml, accessKey } = syntheticNote({ seed: 45 });
      return withGluedCancellation(xml, accessKey);
    }),
    expected: held("cancelled"),
  },
  {
    name: "items-990",
    what: "990 itens, o máximo do leiaute",
    bytes: text(() => note({ items: someItems(990, 46) })),
    expected: accepted,
  },
  {
    name: "items-991",
    what: "991 itens, um além do leiaute",
    bytes: text(() => note({ items: someItems(991, 46) })),
    expected: refused("nfe.invalid"),
  },
  {
    name: "alphanumeric",
    what: "CNPJ e chave alfanuméricos",
    bytes: text(() => note({ emit: supplier(1) })),
    expected: accepted,
  },
  {
    name: "producer",
    what: "emitente com CPF, série 920",
    bytes: text(() => note({ emit: supplier(9) })),
    expected: accepted,
  },
  {
    name: "lots",
    what: "um item em dois lotes com validade",
    bytes: text(() => note({ emit: supplier(6), items: lotted() })),
    expected: accepted,
  },
  {
    name: "lots-3.10",
    what: "leiaute 3.10, lotes no grupo med",
    bytes: text(() => note({ layout: "3.10", emit: supplier(6), items: lotted() })),
    expected: accepted,
  },
  {
    name: "layout-2.00",
    what: "leiaute 2.00, só a data da emissão",
    bytes: text(() => note({ layout: "2.00" })),
    expected: accepted,
  },
  {
    name: "ibs-cbs",
    what: "grupos da reforma tributária (IBS e CBS)",
    bytes: text(() => note({ ibsCbs: true })),
    expected: accepted,
  },
  {
    name: "not-ours",
    what: "nem emitente nem destinatário somos nós",
    bytes: text(() => note({ dest: UNRELATED })),
    expected: held("not_ours"),
  },
  {
    name: "billing-only",
    what: "simples faturamento (5.922): a mercadoria vem depois",
    bytes: text(() => note({ items: one("5922") })),
    expected: held("no_goods"),
  },
  {
    name: "complement",
    what: "nota complementar de valor (finNFe 2)",
    bytes: text(() => note({ finNFe: "2", refNFe: [ANOTHER_KEY], items: [ONLY_VALUE] })),
    expected: held("awaits_original"),
  },
  {
    name: "unknown-operation",
    what: "CFOP 5.949: só quem recebeu sabe o que foi",
    bytes: text(() => note({ items: one("5949") })),
    expected: held("unknown_operation"),
  },
  {
    name: "retail",
    what: "NFC-e (modelo 65) do nosso caixa",
    bytes: text(() => note({ mod: "65", emit: COMPANY, dest: null })),
    expected: held("retail"),
  },
];
