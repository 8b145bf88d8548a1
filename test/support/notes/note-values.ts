import type { Settings } from "../../../src/accounts/company.ts";
import { NO_TAX_PROFILE } from "../../../src/accounts/tax-profile.ts";
import { nItemFrom } from "../../../src/lib/item-number.ts";
import type { Item, NfeEvent, Note, Party, Protocol, Totals } from "../../../src/nfe/note.ts";
import { NO_TAXES } from "../../../src/nfe/taxes.ts";

/** The totals of a note that has none. */
export const NO_TOTALS: Totals = {
  vProd_e2: 0,
  vFrete_e2: 0,
  vSeg_e2: 0,
  vDesc_e2: 0,
  vOutro_e2: 0,
  vII_e2: 0,
  vIPI_e2: 0,
  vIPIDevol_e2: 0,
  vST_e2: 0,
  vFCPST_e2: 0,
  vICMSMonoReten_e2: 0,
  vICMSDeson_e2: 0,
  vServ_e2: 0,
  vNF_e2: 0,
};

// Notes as values, for tests of the pure verdict. A note as XML is made by src/synthetic/synthetic-note.ts.

/** The company of these tests, its branch of another root, and two other companies. */
export const OURS = "11222333000181";
export const OUR_SECOND = "45723174000110";
export const SUPPLIER = "12ABC34501DE35";
export const UNRELATED = "60701190000104";

/** A company with its CNPJ, and default settings otherwise. */
export function company(changes: Partial<Settings> = {}): Settings {
  return {
    company: 1,
    name: "Loja de teste",
    cnpjs: [OURS],
    environment: "production",
    timeZone: "America/Sao_Paulo",
    autoApprove: false,
    overridableHolds: ["no_protocol", "unknown_operation"],
    requireSignature: false,
    requireMapping: false,
    allowNegative: true,
    costRisePercent: 30,
    heldDays: 7,
    units: {},
    taxProfile: NO_TAX_PROFILE,
    taxProfileVersion: 0,
    version: 1,
    ...changes,
  };
}

/** A party known by its CNPJ, or by what `changes` say. */
export function party(cnpj: string | null, changes: Partial<Party> = {}): Party {
  return { cnpj, cpf: null, foreignId: null, name: "Parte de teste", uf: "SP", ...changes };
}

/** One unit of a plain sale. */
export function item(nItem: number, changes: Partial<Item> = {}): Item {
  return {
    nItem: nItemFrom(nItem),
    cProd: `P${nItem}`,
    cEAN: null,
    cEANTrib: null,
    xProd: `Produto ${nItem}`,
    NCM: "73181500",
    CFOP: "5102",
    uCom: "UN",
    qCom: { text: "1.0000", e4: 10_000 },
    vUnCom: "10.00",
    vProd_e2: 1_000,
    uTrib: "UN",
    qTrib: { text: "1.0000", e4: 10_000 },
    vUnTrib: "10.00",
    vFrete_e2: 0,
    vSeg_e2: 0,
    vDesc_e2: 0,
    vOutro_e2: 0,
    indTot: "1",
    vIPI_e2: 0,
    vICMSST_e2: 0,
    vFCPST_e2: 0,
    vII_e2: 0,
    vICMSDeson_e2: 0,
    indDeduzDeson: null,
    vICMSMonoReten_e2: 0,
    vIPIDevol_e2: 0,
    vPISST_e2: 0,
    indSomaPISST: null,
    vCOFINSST_e2: 0,
    indSomaCOFINSST: null,
    tpOp: null,
    reference: null,
    service: false,
    taxes: NO_TAXES,
    lots: [],
    ...changes,
  };
}

/** Items 1, 2, … of these operation codes. */
export const itemsOf = (...cfops: string[]): Item[] =>
  cfops.map((CFOP, i) => item(i + 1, { CFOP }));

/** What a test may say of a note; what it leaves out makes a supplier's plain, authorised sale to us. */
export interface NoteChanges {
  ide?: Partial<Note["ide"]>;
  emit?: Party;
  dest?: Party | null;
  items?: Item[];
  protocol?: Partial<Protocol> | null;
  signature?: Note["signature"];
  cancelledBy?: NfeEvent[];
  accessKey?: string;
}

/** A note whose access key agrees with its parts, unless the test gives another key. */
export function note(changes: NoteChanges = {}): Note {
  const ide: Note["ide"] = {
    cUF: "35",
    cNF: "00000042",
    natOp: "VENDA DE MERCADORIA",
    mod: "55",
    serie: "1",
    nNF: "123",
    issuedAt: "2026-09-10T10:00:00-03:00",
    tpNF: "1",
    tpEmis: "1",
    cDV: null,
    tpAmb: "1",
    finNFe: "1",
    tpNFDebito: null,
    tpNFCredito: null,
    refNFe: [],
    ...changes.ide,
  };
  const emit = changes.emit ?? party(SUPPLIER);
  const accessKey = changes.accessKey ?? keyOf(ide, emit);
  const items = changes.items ?? [item(1)];
  const vProd_e2 = items.reduce((sum, line) => sum + line.vProd_e2, 0);
  return {
    accessKey,
    layout: "4.00",
    ide: { ...ide, cDV: ide.cDV ?? accessKey.slice(43) },
    emit,
    dest: changes.dest === undefined ? party(OURS) : changes.dest,
    items,
    total: { ...NO_TOTALS, vProd_e2, vNF_e2: vProd_e2 },
    protocol:
      changes.protocol === null
        ? null
        : {
            tpAmb: ide.tpAmb,
            chNFe: accessKey,
            nProt: "135260000000001",
            dhRecbto: "2026-09-10T10:00:05-03:00",
            digVal: null,
            cStat: "100",
            xMotivo: "Autorizado o uso da NF-e",
            alerts: [],
            ...changes.protocol,
          },
    signature: changes.signature ?? null,
    cancelledBy: changes.cancelledBy ?? [],
  };
}

/** A registered cancellation of `accessKey`. */
export function cancellation(accessKey: string, changes: Partial<NfeEvent> = {}): NfeEvent {
  return {
    accessKey,
    type: "110111",
    sequence: 1,
    at: "2026-09-10T12:00:00-03:00",
    registeredAt: "2026-09-10T12:00:01-03:00",
    tpAmb: "1",
    answerTpAmb: "1",
    author: { cnpj: accessKey.slice(6, 20), cpf: null },
    undoes: null,
    quantities: [],
    details: {},
    content: "",
    cStat: "135",
    nProt: "135260000000002",
    text: "Erro na emissão",
    ...changes,
  };
}

/** cUF AAMM CNPJ mod serie nNF tpEmis cNF and the check digit (modulo 11, weights 2 to 9). */
function keyOf(ide: Note["ide"], emit: Party): string {
  const first43 =
    ide.cUF +
    ide.issuedAt.slice(2, 4) +
    ide.issuedAt.slice(5, 7) +
    (emit.cnpj ?? emit.cpf ?? "").padStart(14, "0") +
    ide.mod +
    ide.serie.padStart(3, "0") +
    ide.nNF.padStart(9, "0") +
    ide.tpEmis +
    (ide.cNF ?? "0").padStart(8, "0");
  const rest =
    [...first43]
      .reverse()
      .reduce((sum, char, i) => sum + (char.charCodeAt(0) - 48) * (2 + (i % 8)), 0) % 11;
  return first43 + String(rest < 2 ? 0 : 11 - rest);
}
