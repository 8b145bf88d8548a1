import type { PrintedEvent, Standing } from "../../../src/danfe/model.ts";
import {
  type NoteOptions,
  someItems,
  syntheticNote,
} from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";

/** A note that is unusual on paper, and what its paper must say. */
export interface OddPaper {
  readonly name: string;
  readonly xml: string;
  readonly accessKey: string;
  readonly standing: Standing;
  readonly marks: readonly string[];
  /** Texts that stand on it, each in one line. */
  readonly says: readonly string[];
}

export const NO_EVENTS: Standing = { cancelled: false, events: [], moreEvents: 0 };

const [first] = SUPPLIERS;
const letters = SUPPLIERS[1] ?? first;
const producer = SUPPLIERS[9] ?? first;
const base = { cProd: "P1", xProd: "PRODUTO DE TESTE", uCom: "UN", qCom: "10", vUnCom: "2.50" };

type Edit = readonly [string | RegExp, string];

/** The XML with other parts; each must be there. */
function edited(xml: string, edits: readonly Edit[]): string {
  return edits.reduce((text, [part, instead]) => {
    const next = text.replace(part, instead);
    if (next === text) throw new RangeError(`not in the note: ${part}`);
    return next;
  }, xml);
}

function paper(
  name: string,
  options: NoteOptions,
  more: {
    edits?: readonly Edit[];
    standing?: Partial<Standing>;
    marks?: readonly string[];
    says?: readonly string[];
  } = {},
): OddPaper {
  const note = syntheticNote({ seed: 71, emit: first, ...options });
  return {
    name,
    accessKey: note.accessKey,
    xml: edited(note.xml, more.edits ?? []),
    standing: { ...NO_EVENTS, ...more.standing },
    marks: more.marks ?? [],
    says: more.says ?? [],
  };
}

const event = (type: string, name: string, more: Partial<PrintedEvent> = {}): PrintedEvent => ({
  name,
  type,
  sequence: 1,
  at: "2026-11-12T08:00:00-03:00",
  protocol: "135260000000777",
  text: null,
  ...more,
});

const place = (tag: string): string =>
  `<${tag}><CNPJ>${first.cnpj}</CNPJ><xNome>DEPOSITO ${tag.toUpperCase()}</xNome><xLgr>Estrada Velha</xLgr><nro>KM 7</nro>` +
  `<xBairro>Zona Rural</xBairro><cMun>3550308</cMun><xMun>Sao Paulo</xMun><UF>SP</UF></${tag}>`;

const duplicates = (count: number): string =>
  `<cobr><fat><nFat>F-77</nFat><vOrig>1200.00</vOrig><vDesc>0.00</vDesc><vLiq>1200.00</vLiq></fat>${Array.from(
    { length: count },
    (_, n) =>
      `<dup><nDup>${String(n + 1).padStart(3, "0")}</nDup><dVenc>2026-12-10</dVenc><vDup>100.00</vDup></dup>`,
  ).join("")}</cobr>`;

const CARRIER =
  "<transp><modFrete>1</modFrete><transporta><CNPJ>84002719000100</CNPJ><xNome>TRANSPORTES DO VALE LTDA</xNome><IE>110042490114</IE>" +
  "<xEnder>Rodovia das Amostras, 900</xEnder><xMun>Campinas</xMun><UF>SP</UF></transporta><veicTransp><placa>ABC1D23</placa><UF>SP</UF>" +
  "<RNTC>12345678</RNTC></veicTransp><vol><qVol>12</qVol><esp>CAIXAS</esp><marca>SERRA</marca><nVol>1 A 12</nVol><pesoL>118.500</pesoL>" +
  "<pesoB>120.250</pesoB></vol></transp>";

const abroad = (id: string, country: string): Edit[] => [
  [
    /<dest>.*<\/dest>/,
    `<dest><idEstrangeiro>${id}</idEstrangeiro><xNome>COMERCIAL DEL PLATA S.A.</xNome><enderDest><xLgr>Avenida de Mayo</xLgr>` +
      `<nro>1200</nro><xBairro>Centro</xBairro><cMun>9999999</cMun><xMun>EXTERIOR</xMun><UF>EX</UF><cPais>0639</cPais><xPais>${country}</xPais>` +
      "</enderDest><indIEDest>9</indIEDest></dest>",
  ],
];

const lot = (n: number) => ({
  nLote: `LT${String(n).padStart(4, "0")}`,
  qLote: "1.000",
  dFab: "2026-03-01",
  dVal: "2028-02-29",
});
const LONG =
  "Descrição comprida com acentuação (ção, ã, ü) e palavras para quebrar em muitas linhas. ";

/** Fifteen of them: each is drawn and read back by the tests. */
export const ODD_PAPERS: readonly OddPaper[] = [
  paper(
    "whole",
    { items: someItems(9, 5), ibsCbs: true },
    {
      edits: [
        ["<det ", `${place("retirada")}${place("entrega")}<det `],
        [/<transp>.*<\/transp>/, CARRIER + duplicates(7)],
        ["</dest>", "<email>compras@exemplo.com.br</email></dest>"],
      ],
      says: [
        "TRANSPORTES DO VALE LTDA",
        "DEPOSITO ENTREGA",
        "1 - Destinatário (FOB)",
        "3 - Regime Normal",
        "IBS, CBS E IMPOSTO SELETIVO",
        "DUPLICATA 007",
      ],
    },
  ),
  paper("items-990", { items: someItems(990, 46) }, { says: ["FOLHA 2/"] }),
  paper(
    "lots",
    {
      items: [
        { ...base, qCom: "500", lots: Array.from({ length: 500 }, (_, n) => lot(n + 1)) },
        { ...base, cProd: "P2", qCom: "2", lots: [lot(901), lot(902)] },
      ],
    },
    { says: ["Lote LT0500", "Lote LT0902"] },
  ),
  paper(
    "lots-3.10",
    { layout: "3.10", items: [{ ...base, qCom: "1", lots: [lot(1)] }] },
    { says: ["Lote LT0001; Qtd. 1; Fab. 01/03/2026; Val. 29/02/2028"] },
  ),
  paper(
    "export",
    { emit: COMPANY, dest: SUPPLIERS[2] ?? null, CFOP: "7102" },
    {
      edits: [
        ...abroad("AR-30500010912", "ARGENTINA"),
        [
          "</infAdic>",
          "</infAdic><exporta><UFSaidaPais>SP</UFSaidaPais><xLocExporta>PORTO DE SANTOS</xLocExporta></exporta>",
        ],
      ],
      says: ["AR-30500010912", "EXTERIOR - ARGENTINA", "Exportação: SP, PORTO DE SANTOS"],
    },
  ),
  paper(
    "foreign",
    { emit: COMPANY, tpNF: "0", dest: SUPPLIERS[2] ?? null, CFOP: "3102" },
    {
      edits: [
        ...abroad("P998877", "URUGUAI"),
        [
          "<indTot>1</indTot>",
          "<indTot>1</indTot><DI><nDI>26BR0001234567</nDI><dDI>2026-11-01</dDI><xLocDesemb>SANTOS</xLocDesemb><UFDesemb>SP</UFDesemb><dDesemb>2026-11-03</dDesemb></DI>",
        ],
      ],
      says: ["P998877", "DI 26BR0001234567", "EXTERIOR - URUGUAI"],
    },
  ),
  paper(
    "long-texts",
    {
      items: [
        {
          ...base,
          cProd: "C".repeat(60),
          xProd: LONG.repeat(2).slice(0, 120),
          qCom: "12345678901.1234",
          vUnCom: "0.0000012345",
          vProd: "15240.99",
          infAdProd: LONG.repeat(6).slice(0, 500),
        },
        { ...base, xProd: "A".repeat(120) },
      ],
      natOp: "VENDA DE MERCADORIA ADQUIRIDA OU RECEBIDA DE TERCEIROS EM S",
    },
    {
      edits: [
        [
          /<infCpl>.*<\/infCpl>/,
          `<infCpl>${LONG.repeat(60).slice(0, 4_980)} FIM DO TEXTO</infCpl>`,
        ],
        ["</transp>", `</transp>${duplicates(120)}`],
        [/<xNome>[^<]*/, `<xNome>${"EMPRESA DE NOME MUITO COMPRIDO ".repeat(2).slice(0, 60)}`],
      ],
      says: ["12.345.678.901,1234", "FIM DO TEXTO", "DUPLICATA 120", "(continua depois dos itens)"],
    },
  ),
  paper(
    "cancelled",
    {},
    {
      standing: {
        cancelled: true,
        events: [
          event("110110", "Carta de correção", {
            sequence: 2,
            text: "Onde se lê 10, leia-se 12 caixas.",
          }),
          event("110111", "Cancelamento", { text: "Erro na quantidade." }),
        ],
      },
      marks: ["CANCELADA"],
      says: ["Nota cancelada.", "CARTA DE CORREÇÃO nº 2", "leia-se 12 caixas"],
    },
  ),
  paper("letters", { emit: letters }, { says: ["61.A7K.X24/0001-20"] }),
  paper("producer", { emit: producer }, { says: ["SÉRIE 920"] }),
  paper(
    "homologation",
    { tpAmb: "2" },
    { marks: ["SEM VALOR FISCAL"], says: ["Emitida em ambiente de homologação"] },
  ),
  paper(
    "denied",
    { protocol: { cStat: "302" } },
    { marks: ["USO DENEGADO", "SEM VALOR FISCAL"], says: ["Não autorizada: 302 - Uso Denegado"] },
  ),
  paper(
    "contingency",
    { root: "NFe", tpEmis: "5" },
    {
      edits: [
        [
          "<procEmi>",
          "<dhCont>2026-11-10T09:00:00-03:00</dhCont><xJust>SEFAZ FORA DO AR</xJust><procEmi>",
        ],
      ],
      marks: ["SEM VALOR FISCAL"],
      says: [
        "Sem protocolo de autorização",
        "5 - FS-DA, desde 10/11/2026 09:00:00, SEFAZ FORA DO AR",
      ],
    },
  ),
  paper(
    "services",
    { items: [{ ...base, service: true, xProd: "INSTALACAO" }, base] },
    { says: ["CÁLCULO DO ISSQN"] },
  ),
  paper(
    "retail",
    { mod: "65", emit: COMPANY, dest: null },
    { says: ["NFC-e: o documento do consumidor é o DANFE NFC-e"] },
  ),
];
