import { normalizedText } from "../../lib/normalized-text.ts";
import { unmasked } from "../taxpayer.ts";
import { attributeOf, type XmlElement } from "../xml/element.ts";
import { tooMany } from "./field-errors.ts";
import { allOf, choiceOf, exclusive, groupOf, type Notices, onlyOf, textOf } from "./group.ts";
import { GROUPS, type GroupLayout, MAX_LOTS } from "./layout.ts";
import type { ItemShape, LotShape, NoteShape, Unchecked } from "./shape.ts";
import { readTaxes } from "./taxes.ts";

type Group = ReadonlyMap<string, XmlElement>;

/** Text of an optional field that an empty element leaves out as well (dates, numbers of persons). */
const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

/** A text that becomes a name or a key: two that look alike are one (lib/normalized-text.ts). */
const spelt = (element: XmlElement | undefined): string | undefined => {
  const text = textOf(element);
  return text === undefined ? undefined : normalizedText(text).trim();
};

const taxpayer = (group: Group, name: string): string | undefined => {
  const text = given(textOf(group.get(name)));
  return text === undefined ? undefined : unmasked(text);
};

/** The text at a path of names; undefined where an element is absent. Repeated elements on the path are reported. */
function at(
  from: XmlElement | undefined,
  path: string,
  notices: Notices,
  ...names: string[]
): string | undefined {
  let element = from;
  let here = path;
  for (const name of names) {
    if (element === undefined) return undefined;
    element = onlyOf(element, name, here, notices);
    here += `/${name}`;
  }
  return textOf(element);
}

/** Extracts from infNFe the values that NoteShape checks. `path` is its XPath; `notices` collects the observations. */
export function noteShape(
  infNFe: XmlElement,
  path: string,
  notices: Notices,
): Unchecked<NoteShape> {
  const top = groupOf(infNFe, GROUPS.infNFe, path, notices);
  const group = (name: keyof typeof GROUPS, layout: GroupLayout = GROUPS[name]): Group =>
    groupOf(top.get(name), layout, `${path}/${name}`, notices);
  const ide = group("ide");
  const emit = group("emit");
  const dest = group("dest");
  const total = group("total");
  const sums = groupOf(total.get("ICMSTot"), GROUPS.ICMSTot, `${path}/total/ICMSTot`, notices);
  return {
    "ide/cUF": textOf(ide.get("cUF")),
    "ide/cNF": textOf(ide.get("cNF")),
    "ide/natOp": spelt(ide.get("natOp")),
    "ide/mod": textOf(ide.get("mod")),
    "ide/serie": textOf(ide.get("serie")),
    "ide/nNF": textOf(ide.get("nNF")),
    "ide/dhEmi": textOf(ide.get("dhEmi")),
    "ide/dEmi": textOf(ide.get("dEmi")),
    "ide/tpNF": textOf(ide.get("tpNF")),
    "ide/tpEmis": textOf(ide.get("tpEmis")),
    "ide/cDV": textOf(ide.get("cDV")),
    "ide/tpAmb": textOf(ide.get("tpAmb")),
    "ide/finNFe": textOf(ide.get("finNFe")),
    "ide/tpNFDebito": textOf(ide.get("tpNFDebito")),
    "ide/tpNFCredito": textOf(ide.get("tpNFCredito")),
    "emit/CNPJ": taxpayer(emit, "CNPJ"),
    "emit/CPF": taxpayer(emit, "CPF"),
    "emit/xNome": spelt(emit.get("xNome")),
    "emit/enderEmit/UF": at(emit.get("enderEmit"), `${path}/emit/enderEmit`, notices, "UF"),
    "dest/CNPJ": taxpayer(dest, "CNPJ"),
    "dest/CPF": taxpayer(dest, "CPF"),
    "dest/idEstrangeiro": spelt(dest.get("idEstrangeiro")),
    "dest/xNome": spelt(dest.get("xNome")),
    "dest/enderDest/UF": at(dest.get("enderDest"), `${path}/dest/enderDest`, notices, "UF"),
    det: allOf(infNFe, "det").map((det, i) => itemShape(det, `${path}/det[${i + 1}]`, notices)),
    "total/ICMSTot/vProd": textOf(sums.get("vProd")),
    "total/ICMSTot/vFrete": textOf(sums.get("vFrete")),
    "total/ICMSTot/vSeg": textOf(sums.get("vSeg")),
    "total/ICMSTot/vDesc": textOf(sums.get("vDesc")),
    "total/ICMSTot/vOutro": textOf(sums.get("vOutro")),
    "total/ICMSTot/vII": textOf(sums.get("vII")),
    "total/ICMSTot/vIPI": textOf(sums.get("vIPI")),
    "total/ICMSTot/vIPIDevol": textOf(sums.get("vIPIDevol")),
    "total/ICMSTot/vST": textOf(sums.get("vST")),
    "total/ICMSTot/vFCPST": textOf(sums.get("vFCPST")),
    "total/ICMSTot/vICMSMonoReten": textOf(sums.get("vICMSMonoReten")),
    "total/ICMSTot/vICMSDeson": textOf(sums.get("vICMSDeson")),
    "total/ICMSTot/vNF": textOf(sums.get("vNF")),
    "total/ISSQNtot/vServ": at(total.get("ISSQNtot"), `${path}/total/ISSQNtot`, notices, "vServ"),
  };
}

function itemShape(det: XmlElement, path: string, notices: Notices): Unchecked<ItemShape> {
  const parts = groupOf(det, GROUPS.det, path, notices);
  const prod = groupOf(parts.get("prod"), GROUPS.prod, `${path}/prod`, notices);
  const imposto = groupOf(parts.get("imposto"), GROUPS.imposto, `${path}/imposto`, notices);
  const tax = (name: string, ...names: string[]): string | undefined =>
    at(imposto.get(name), `${path}/imposto/${name}`, notices, ...names);
  const referenced = (name: string): string | undefined =>
    at(parts.get("DFeReferenciado"), `${path}/DFeReferenciado`, notices, name);
  const inICMS = `${path}/imposto/ICMS`;
  const ICMS = imposto.get("ICMS");
  const IPI = imposto.get("IPI");
  const inIPI = `${path}/imposto/IPI`;
  if (ICMS !== undefined && imposto.has("ISSQN"))
    notices.errors.push(exclusive(`${path}/imposto/ISSQN`, "ICMS"));
  if (IPI && onlyOf(IPI, "IPITrib", inIPI, notices) && onlyOf(IPI, "IPINT", inIPI, notices))
    notices.errors.push(exclusive(`${inIPI}/IPINT`, "IPITrib"));
  const situation = ICMS && choiceOf(ICMS, inICMS, notices);
  const ofICMS = (name: string): string | undefined =>
    at(situation, `${inICMS}/${situation?.name}`, notices, name);
  return {
    "@nItem": attributeOf(det, "nItem"),
    "prod/cProd": spelt(prod.get("cProd")),
    "prod/cEAN": textOf(prod.get("cEAN")),
    "prod/cEANTrib": textOf(prod.get("cEANTrib")),
    "prod/xProd": spelt(prod.get("xProd")),
    "prod/NCM": textOf(prod.get("NCM")),
    "prod/CFOP": textOf(prod.get("CFOP")),
    "prod/uCom": spelt(prod.get("uCom")),
    "prod/qCom": textOf(prod.get("qCom")),
    "prod/vUnCom": textOf(prod.get("vUnCom")),
    "prod/vProd": textOf(prod.get("vProd")),
    "prod/uTrib": spelt(prod.get("uTrib")),
    "prod/qTrib": textOf(prod.get("qTrib")),
    "prod/vUnTrib": textOf(prod.get("vUnTrib")),
    "prod/vFrete": textOf(prod.get("vFrete")),
    "prod/vSeg": textOf(prod.get("vSeg")),
    "prod/vDesc": textOf(prod.get("vDesc")),
    "prod/vOutro": textOf(prod.get("vOutro")),
    "prod/indTot": textOf(prod.get("indTot")),
    "prod/veicProd/tpOp": at(prod.get("veicProd"), `${path}/prod/veicProd`, notices, "tpOp"),
    "prod/rastro": lotShapes(parts.get("prod"), prod, "rastro", `${path}/prod`, notices),
    "prod/med": lotShapes(parts.get("prod"), prod, "med", `${path}/prod`, notices),
    "imposto/IPI/IPITrib/vIPI": tax("IPI", "IPITrib", "vIPI"),
    "imposto/II/vII": tax("II", "vII"),
    "imposto/ICMS/*/vICMSST": ofICMS("vICMSST"),
    "imposto/ICMS/*/vFCPST": ofICMS("vFCPST"),
    "imposto/ICMS/*/vICMSMonoReten": ofICMS("vICMSMonoReten"),
    "imposto/ICMS/*/vICMSDeson": ofICMS("vICMSDeson"),
    "imposto/ICMS/*/indDeduzDeson": ofICMS("indDeduzDeson"),
    "imposto/PISST/vPIS": tax("PISST", "vPIS"),
    "imposto/PISST/indSomaPISST": tax("PISST", "indSomaPISST"),
    "imposto/COFINSST/vCOFINS": tax("COFINSST", "vCOFINS"),
    "imposto/COFINSST/indSomaCOFINSST": tax("COFINSST", "indSomaCOFINSST"),
    "impostoDevol/IPI/vIPIDevol": at(
      parts.get("impostoDevol"),
      `${path}/impostoDevol`,
      notices,
      "IPI",
      "vIPIDevol",
    ),
    "DFeReferenciado/chaveAcesso": referenced("chaveAcesso"),
    "DFeReferenciado/nItem": referenced("nItem"),
    service: imposto.has("ISSQN"),
    ...taxesIn(imposto, situation, prod, path, notices),
  };
}

const taxesIn = (
  imposto: Group,
  situation: XmlElement | undefined,
  prod: Group,
  path: string,
  notices: Notices,
): Pick<ItemShape, "taxes" | "unreadTax"> => {
  const CEST = textOf(prod.get("CEST"));
  const { taxes, unread } = readTaxes(imposto, situation, CEST, `${path}/imposto`, notices);
  return { taxes, unreadTax: unread };
};

const NO_LOTS: readonly Unchecked<LotShape>[] = [];

/** The lots in `rastro`, or before layout 4.00 in `med`; a `med` of today has none, and is ignored. */
function lotShapes(
  element: XmlElement | undefined,
  prod: Group,
  name: "rastro" | "med",
  path: string,
  notices: Notices,
): readonly Unchecked<LotShape>[] {
  if (element === undefined || !prod.has(name)) return NO_LOTS;
  const elements = allOf(element, name);
  if (elements.length > MAX_LOTS) {
    notices.errors.push(tooMany(`${path}/${name}`, MAX_LOTS, elements.length));
    return NO_LOTS;
  }
  const groups = elements.map((lot, i) =>
    groupOf(lot, GROUPS[name], `${path}/${name}[${i + 1}]`, notices),
  );
  if (name === "med" && !groups.every((lot) => lot.has("nLote"))) return NO_LOTS;
  return groups.map((lot) => ({
    nLote: spelt(lot.get("nLote")),
    qLote: textOf(lot.get("qLote")),
    dFab: given(textOf(lot.get("dFab"))),
    dVal: given(textOf(lot.get("dVal"))),
  }));
}
