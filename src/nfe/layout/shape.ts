import { z } from "zod";
import { err, ok, type Result } from "../../lib/result.ts";
import type { ItemTaxes } from "../taxes.ts";
import { acceptorOf } from "./accepted.ts";
import { F } from "./fields.ts";

/**
 * The values extracted from a document, with their checks. A key is the path from infNFe (or from det,
 * rastro …) to the field, so that a zod issue's path is an XPath as it stands; `*` is the one element that is there.
 */
export const LotShape = z.object({
  nLote: F.text(20),
  qLote: F.lotQuantity,
  dFab: F.day.optional(),
  dVal: F.day.optional(),
});

export const ItemShape = z.object({
  "@nItem": F.nItem,
  "prod/cProd": F.text(60),
  "prod/cEAN": F.any(14).optional(),
  "prod/cEANTrib": F.any(14).optional(),
  "prod/xProd": F.text(120),
  "prod/NCM": F.any(8).optional(),
  "prod/CFOP": F.CFOP,
  "prod/uCom": F.text(6),
  "prod/qCom": F.quantity,
  "prod/vUnCom": F.unitPrice,
  "prod/vProd": F.amount,
  "prod/uTrib": F.text(6).optional(),
  "prod/qTrib": F.quantity.optional(),
  "prod/vUnTrib": F.unitPrice.optional(),
  "prod/vFrete": F.amount.optional(),
  "prod/vSeg": F.amount.optional(),
  "prod/vDesc": F.amount.optional(),
  "prod/vOutro": F.amount.optional(),
  "prod/indTot": F.binary.optional(),
  "prod/veicProd/tpOp": F.any(1).optional(),
  "prod/rastro": z.array(LotShape),
  "prod/med": z.array(LotShape),
  "imposto/IPI/IPITrib/vIPI": F.amount.optional(),
  "imposto/II/vII": F.amount.optional(),
  "imposto/ICMS/*/vICMSST": F.amount.optional(),
  "imposto/ICMS/*/vFCPST": F.amount.optional(),
  "imposto/ICMS/*/vICMSMonoReten": F.amount.optional(),
  "imposto/ICMS/*/vICMSDeson": F.amount.optional(),
  "imposto/ICMS/*/indDeduzDeson": F.binary.optional(),
  "imposto/PISST/vPIS": F.amount.optional(),
  "imposto/PISST/indSomaPISST": F.binary.optional(),
  "imposto/COFINSST/vCOFINS": F.amount.optional(),
  "imposto/COFINSST/indSomaCOFINSST": F.binary.optional(),
  "impostoDevol/IPI/vIPIDevol": F.amount.optional(),
  "DFeReferenciado/chaveAcesso": F.anything.optional(),
  "DFeReferenciado/nItem": F.anything.optional(),
  /** Whether imposto/ISSQN stands there. */
  service: z.boolean(),
  /** Read by taxes.ts, and whether a figure of them was left out. */
  taxes: z.custom<ItemTaxes>(),
  unreadTax: z.boolean(),
});

export const NoteShape = z.object({
  "ide/cUF": F.cUF,
  "ide/cNF": F.any(9).optional(),
  "ide/natOp": F.any(60),
  "ide/mod": F.mod,
  "ide/serie": F.serie,
  "ide/nNF": F.nNF,
  "ide/dhEmi": F.instant.optional(),
  "ide/dEmi": F.day.optional(),
  "ide/tpNF": F.binary,
  "ide/tpEmis": F.tpEmis,
  "ide/cDV": F.any(1).optional(),
  "ide/tpAmb": F.tpAmb,
  "ide/finNFe": F.finNFe,
  "ide/tpNFDebito": F.any(2).optional(),
  "ide/tpNFCredito": F.any(2).optional(),
  "emit/CNPJ": F.CNPJ.optional(),
  "emit/CPF": F.CPF.optional(),
  "emit/xNome": F.text(60),
  "emit/enderEmit/UF": F.any(2).optional(),
  "dest/CNPJ": F.CNPJ.optional(),
  "dest/CPF": F.CPF.optional(),
  "dest/idEstrangeiro": F.any(20).optional(),
  "dest/xNome": F.any(60).optional(),
  "dest/enderDest/UF": F.any(2).optional(),
  det: z.array(ItemShape),
  "total/ICMSTot/vProd": F.amount.optional(),
  "total/ICMSTot/vFrete": F.amount.optional(),
  "total/ICMSTot/vSeg": F.amount.optional(),
  "total/ICMSTot/vDesc": F.amount.optional(),
  "total/ICMSTot/vOutro": F.amount.optional(),
  "total/ICMSTot/vII": F.amount.optional(),
  "total/ICMSTot/vIPI": F.amount.optional(),
  "total/ICMSTot/vIPIDevol": F.amount.optional(),
  "total/ICMSTot/vST": F.amount.optional(),
  "total/ICMSTot/vFCPST": F.amount.optional(),
  "total/ICMSTot/vICMSMonoReten": F.amount.optional(),
  "total/ICMSTot/vICMSDeson": F.amount.optional(),
  "total/ICMSTot/vNF": F.amount,
  "total/ISSQNtot/vServ": F.amount.optional(),
});

export type LotShape = z.infer<typeof LotShape>;
export type ItemShape = z.infer<typeof ItemShape>;
export type NoteShape = z.infer<typeof NoteShape>;

/** The same keys before they are checked: any text may be absent. */
export type Unchecked<T> = {
  readonly [K in keyof T]: T[K] extends readonly (infer U)[]
    ? readonly Unchecked<U>[]
    : T[K] extends string | undefined
      ? string | undefined
      : T[K];
};

const accepts = acceptorOf(NoteShape);
const isNoteShape = (shape: Unchecked<NoteShape>): shape is NoteShape => accepts(shape);

/** The values as NoteShape accepts them, or its issues. Zod is asked for what it refuses alone: its report costs what is accepted too. */
export function checkShape(
  shape: Unchecked<NoteShape>,
): Result<NoteShape, readonly z.core.$ZodIssue[]> {
  if (isNoteShape(shape)) return ok(shape);
  const parsed = NoteShape.safeParse(shape);
  return parsed.success ? ok(parsed.data) : err(parsed.error.issues);
}
