import { toScaled } from "../../lib/decimal.ts";
import { nItemFrom } from "../../lib/item-number.ts";
import { gtinOrNull } from "../gtin.ts";
import { KEY_TEXT } from "../layout/layout.ts";
import type { ItemShape, LotShape, NoteShape } from "../layout/shape.ts";
import type { Exact, Item, ItemReference, Lot, Note, Party, Protocol, Totals } from "../note.ts";

/** Facts about a note that are not in its content. */
export interface NoteContext {
  readonly accessKey: string;
  readonly layout: string;
  readonly refNFe: readonly string[];
  /** `dest` is in the document, even if empty. */
  readonly hasDest: boolean;
  readonly protocol: Protocol | null;
  readonly signature: Note["signature"];
  readonly cancelledBy: Note["cancelledBy"];
}

/** A checked decimal as a scaled integer; an unchecked value is a bug, and throws. */
function scaled(text: string, places: number): number {
  const value = toScaled(text, places);
  if (!value.ok) throw new RangeError(`unchecked decimal: ${value.error}`);
  return value.value;
}

const exactly = (text: string): Exact => ({ text, e4: scaled(text, 4) });
const cents = (text: string | undefined): number => (text === undefined ? 0 : scaled(text, 2));
const orNull = (text: string | undefined): string | null =>
  text === undefined || text === "" ? null : text;

/** The note of values that NoteShape has accepted. */
export function noteOf(shape: NoteShape, around: NoteContext): Note {
  const { accessKey, layout, refNFe, hasDest, protocol, signature, cancelledBy } = around;
  return {
    accessKey,
    layout,
    ide: {
      cUF: shape["ide/cUF"],
      cNF: orNull(shape["ide/cNF"]),
      natOp: shape["ide/natOp"],
      mod: shape["ide/mod"],
      serie: shape["ide/serie"],
      nNF: shape["ide/nNF"],
      issuedAt: shape["ide/dhEmi"] ?? shape["ide/dEmi"] ?? "",
      tpNF: shape["ide/tpNF"],
      tpEmis: shape["ide/tpEmis"],
      cDV: orNull(shape["ide/cDV"]),
      tpAmb: shape["ide/tpAmb"],
      finNFe: shape["ide/finNFe"],
      tpNFDebito: orNull(shape["ide/tpNFDebito"]),
      tpNFCredito: orNull(shape["ide/tpNFCredito"]),
      refNFe,
    },
    emit: party(
      shape["emit/CNPJ"],
      shape["emit/CPF"],
      undefined,
      shape["emit/xNome"],
      shape["emit/enderEmit/UF"],
    ),
    dest: hasDest
      ? party(
          shape["dest/CNPJ"],
          shape["dest/CPF"],
          shape["dest/idEstrangeiro"],
          shape["dest/xNome"] ?? "",
          shape["dest/enderDest/UF"],
        )
      : null,
    items: shape.det.map((det) => itemOf(det, layout)),
    total: totalsOf(shape),
    protocol,
    signature,
    cancelledBy,
  };
}

function party(
  cnpj: string | undefined,
  cpf: string | undefined,
  foreignId: string | undefined,
  name: string,
  uf: string | undefined,
): Party {
  const byCnpj = orNull(cnpj);
  const byCpf = byCnpj === null ? orNull(cpf) : null;
  return {
    cnpj: byCnpj,
    cpf: byCpf,
    foreignId: byCnpj === null && byCpf === null ? orNull(foreignId) : null,
    name,
    uf: orNull(uf),
  };
}

function itemOf(shape: ItemShape, layout: string): Item {
  const qCom = exactly(shape["prod/qCom"]);
  const qTrib = shape["prod/qTrib"];
  return {
    nItem: nItemFrom(Number(shape["@nItem"])),
    cProd: shape["prod/cProd"],
    cEAN: gtinOrNull(shape["prod/cEAN"]),
    cEANTrib: gtinOrNull(shape["prod/cEANTrib"]),
    xProd: shape["prod/xProd"],
    NCM: orNull(shape["prod/NCM"]),
    CFOP: shape["prod/CFOP"],
    uCom: shape["prod/uCom"],
    qCom,
    vUnCom: shape["prod/vUnCom"],
    vProd_e2: cents(shape["prod/vProd"]),
    uTrib: shape["prod/uTrib"] ?? shape["prod/uCom"],
    qTrib: qTrib === undefined ? qCom : exactly(qTrib),
    vUnTrib: shape["prod/vUnTrib"] ?? shape["prod/vUnCom"],
    vFrete_e2: cents(shape["prod/vFrete"]),
    vSeg_e2: cents(shape["prod/vSeg"]),
    vDesc_e2: cents(shape["prod/vDesc"]),
    vOutro_e2: cents(shape["prod/vOutro"]),
    indTot: shape["prod/indTot"] ?? "1",
    vIPI_e2: cents(shape["imposto/IPI/IPITrib/vIPI"]),
    vICMSST_e2: cents(shape["imposto/ICMS/*/vICMSST"]),
    vFCPST_e2: cents(shape["imposto/ICMS/*/vFCPST"]),
    vII_e2: cents(shape["imposto/II/vII"]),
    vICMSMonoReten_e2: cents(shape["imposto/ICMS/*/vICMSMonoReten"]),
    vICMSDeson_e2: cents(shape["imposto/ICMS/*/vICMSDeson"]),
    indDeduzDeson: shape["imposto/ICMS/*/indDeduzDeson"] ?? null,
    // Before 4.00 the total had no field for it: it is in vOutro, and would count twice.
    vIPIDevol_e2: layout === "4.00" ? cents(shape["impostoDevol/IPI/vIPIDevol"]) : 0,
    vPISST_e2: cents(shape["imposto/PISST/vPIS"]),
    indSomaPISST: shape["imposto/PISST/indSomaPISST"] ?? null,
    vCOFINSST_e2: cents(shape["imposto/COFINSST/vCOFINS"]),
    indSomaCOFINSST: shape["imposto/COFINSST/indSomaCOFINSST"] ?? null,
    tpOp: orNull(shape["prod/veicProd/tpOp"]),
    reference: referenceOf(shape),
    service: shape.service,
    taxes: shape.taxes,
    lots: lotsOf(shape, qCom),
  };
}

/** A key of another length is kept, shortened, for its finding. */
function referenceOf(shape: ItemShape): ItemReference | null {
  const chaveAcesso = orNull(shape["DFeReferenciado/chaveAcesso"]);
  const nItem = shape["DFeReferenciado/nItem"] ?? "";
  return chaveAcesso === null
    ? null
    : {
        chaveAcesso: chaveAcesso.slice(0, KEY_TEXT),
        nItem: /^[1-9][0-9]{0,2}$/.test(nItem) ? Number(nItem) : null,
      };
}

/**
 * The lots of an item. Those of `med` (before layout 4.00) count in an unknown unit: they are lots of this
 * item only where they add up to its quantity.
 */
function lotsOf(shape: ItemShape, qCom: Exact): Lot[] {
  const lots = shape["prod/rastro"].map(lotOf);
  const older = shape["prod/med"].map(lotOf);
  if (older.length === 0) return lots;
  const sum = older.reduce((total, { qLote }) => total + qLote.e4, 0);
  const qTrib = shape["prod/qTrib"];
  const addsUp = sum === qCom.e4 || (qTrib !== undefined && sum === scaled(qTrib, 4));
  return addsUp ? [...lots, ...older] : lots;
}

const lotOf = (shape: LotShape): Lot => ({
  nLote: shape.nLote,
  qLote: exactly(shape.qLote),
  dFab: orNull(shape.dFab),
  dVal: orNull(shape.dVal),
});

function totalsOf(shape: NoteShape): Totals {
  return {
    vProd_e2: cents(shape["total/ICMSTot/vProd"]),
    vFrete_e2: cents(shape["total/ICMSTot/vFrete"]),
    vSeg_e2: cents(shape["total/ICMSTot/vSeg"]),
    vDesc_e2: cents(shape["total/ICMSTot/vDesc"]),
    vOutro_e2: cents(shape["total/ICMSTot/vOutro"]),
    vII_e2: cents(shape["total/ICMSTot/vII"]),
    vIPI_e2: cents(shape["total/ICMSTot/vIPI"]),
    vIPIDevol_e2: cents(shape["total/ICMSTot/vIPIDevol"]),
    vST_e2: cents(shape["total/ICMSTot/vST"]),
    vFCPST_e2: cents(shape["total/ICMSTot/vFCPST"]),
    vICMSMonoReten_e2: cents(shape["total/ICMSTot/vICMSMonoReten"]),
    vICMSDeson_e2: cents(shape["total/ICMSTot/vICMSDeson"]),
    vServ_e2: cents(shape["total/ISSQNtot/vServ"]),
    vNF_e2: cents(shape["total/ICMSTot/vNF"]),
  };
}
