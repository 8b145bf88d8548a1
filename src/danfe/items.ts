import type { XmlElement } from "../nfe/xml/element.ts";
import type { Column, PrintedItem } from "./model.ts";
import { amount, day, decimal, joined } from "./printed.ts";
import { choice, element, elements, leaf, leavesOf } from "./xml.ts";

/** The columns of the table of items, in the order of the MOC. */
export const COLUMNS: readonly Column[] = [
  { label: "CÓDIGO", share: 50, align: "left" },
  { label: "DESCRIÇÃO DO PRODUTO / SERVIÇO", share: 136, align: "left" },
  { label: "NCM/SH", share: 32, align: "center" },
  { label: "CST", share: 20, align: "center" },
  { label: "CFOP", share: 20, align: "center" },
  { label: "UN", share: 22, align: "center" },
  { label: "QUANT.", share: 42, align: "right" },
  { label: "V. UNIT.", share: 44, align: "right" },
  { label: "V. TOTAL", share: 42, align: "right" },
  { label: "BC ICMS", share: 41, align: "right" },
  { label: "V. ICMS", share: 36, align: "right" },
  { label: "V. IPI", share: 30, align: "right" },
  { label: "% ICMS", share: 22, align: "right" },
  { label: "% IPI", share: 18, align: "right" },
];

/** An item of the note (`det`) as it is printed. */
export function itemOf(det: XmlElement): PrintedItem {
  const prod = element(det, "prod");
  const of = leavesOf(prod);
  const icms = leavesOf(choice(element(det, "imposto", "ICMS")));
  const ipi = leavesOf(element(det, "imposto", "IPI", "IPITrib"));
  return {
    cells: [
      of("cProd") ?? "",
      of("xProd") ?? "",
      of("NCM") ?? "",
      joined([icms("orig"), icms("CST") ?? icms("CSOSN")], ""),
      of("CFOP") ?? "",
      of("uCom") ?? "",
      decimal(of("qCom"), 0),
      decimal(of("vUnCom")),
      amount(of("vProd")),
      amount(icms("vBC")),
      amount(icms("vICMS")),
      amount(ipi("vIPI")),
      decimal(icms("pICMS") ?? "0"),
      decimal(ipi("pIPI") ?? "0"),
    ],
    notes: [
      taxUnit(prod),
      amountsOf(det),
      reformTaxes(det),
      ...lotsOf(prod),
      kindOf(prod),
      ...importsOf(prod),
      leaf(det, "infAdProd") ?? "",
      referenceOf(det),
    ].filter((note) => note !== ""),
  };
}

/** Where the unit of taxation differs from that of trade, both are printed (MOC 7.0, annex II). */
function taxUnit(prod: XmlElement | undefined): string {
  const of = leavesOf(prod);
  if (of("uTrib") === of("uCom") && decimal(of("qTrib"), 0) === decimal(of("qCom"), 0)) return "";
  if (of("uTrib") === undefined) return "";
  return `Unidade tributável: ${decimal(of("qTrib"), 0)} ${of("uTrib")} a ${decimal(of("vUnTrib"))}`;
}

/** A list of names and texts, those that are there. */
const listed = (parts: readonly (readonly [string, string | undefined])[]): string =>
  parts
    .flatMap(([name, text]) => (text === undefined || text === "" ? [] : [`${name} ${text}`]))
    .join("; ");

function amountsOf(det: XmlElement): string {
  const of = leavesOf(element(det, "prod"));
  const icms = leavesOf(choice(element(det, "imposto", "ICMS")));
  const money = (text: string | undefined) => (text === undefined ? undefined : decimal(text));
  return listed([
    ["Desconto", money(of("vDesc"))],
    ["Frete", money(of("vFrete"))],
    ["Seguro", money(of("vSeg"))],
    ["Outras despesas", money(of("vOutro"))],
    ["BC ICMS ST", money(icms("vBCST"))],
    ["ICMS ST", money(icms("vICMSST"))],
    ["FCP ST", money(icms("vFCPST"))],
    ["ICMS desonerado", money(icms("vICMSDeson"))],
    ["Crédito SN", money(icms("vCredICMSSN"))],
    ["II", money(leaf(det, "imposto", "II", "vII"))],
    ["ISSQN", money(leaf(det, "imposto", "ISSQN", "vISSQN"))],
    ["Não compõe o total", of("indTot") === "0" ? "(indTot 0)" : undefined],
  ]);
}

/** IBS, CBS and IS of an item (NT 2025.002, groups UB). */
function reformTaxes(det: XmlElement): string {
  const group = element(det, "imposto", "IBSCBS");
  const is = element(det, "imposto", "IS");
  const all = element(group, "gIBSCBS");
  const percent = (text: string | undefined) =>
    text === undefined ? undefined : `${decimal(text)}%`;
  const taxed = (rate: string | undefined, value: string | undefined): string | undefined =>
    value === undefined ? undefined : joined([decimal(value), rate && `(${percent(rate)})`]);
  return listed([
    ["IBS/CBS: CST", leaf(group, "CST")],
    ["cClassTrib", leaf(group, "cClassTrib")],
    ["BC", decimal(leaf(all, "vBC"))],
    ["IBS UF", taxed(leaf(all, "gIBSUF", "pIBSUF"), leaf(all, "gIBSUF", "vIBSUF"))],
    ["IBS Mun.", taxed(leaf(all, "gIBSMun", "pIBSMun"), leaf(all, "gIBSMun", "vIBSMun"))],
    ["IBS", decimal(leaf(all, "vIBS"))],
    ["CBS", taxed(leaf(all, "gCBS", "pCBS"), leaf(all, "gCBS", "vCBS"))],
    ["IBS monofásico", decimal(leaf(group, "gIBSCBSMono", "vTotIBSMonoItem"))],
    ["CBS monofásica", decimal(leaf(group, "gIBSCBSMono", "vTotCBSMonoItem"))],
    ["IS: CST", leaf(is, "CSTIS")],
    ["cClassTrib do IS", leaf(is, "cClassTribIS")],
    ["IS", taxed(leaf(is, "pIS"), leaf(is, "vIS"))],
  ]);
}

/** Lots of layout 4.00 (`rastro`) and of older ones (`med`), one text each. */
function lotsOf(prod: XmlElement | undefined): string[] {
  const lots = [...elements(prod, "rastro"), ...elements(prod, "med")];
  return lots.map((lot) => {
    const of = leavesOf(lot);
    return listed([
      ["Lote", of("nLote")],
      ["Qtd.", decimal(of("qLote"), 0)],
      ["Fab.", day(of("dFab"))],
      ["Val.", day(of("dVal"))],
      ["Agregação", of("cAgreg")],
      ["ANVISA", of("cProdANVISA")],
      ["PMC", decimal(of("vPMC"))],
    ]);
  });
}

/** What special goods must show: vehicles, fuels, orders, FCI. */
function kindOf(prod: XmlElement | undefined): string {
  const of = leavesOf(prod);
  return listed([
    ["Chassi", of("veicProd", "chassi")],
    ["Cor", of("veicProd", "xCor")],
    ["Motor", of("veicProd", "nMotor")],
    ["ANP", joined([of("comb", "cProdANP"), of("comb", "descANP")])],
    ["Pedido", joined([of("xPed"), of("nItemPed")], "/")],
    ["FCI", of("nFCI")],
    ["Benefício", of("cBenef")],
  ]);
}

const importsOf = (prod: XmlElement | undefined): string[] =>
  elements(prod, "DI").map((declaration) => {
    const of = leavesOf(declaration);
    return listed([
      ["DI", of("nDI")],
      ["de", day(of("dDI"))],
      ["Desembaraço", joined([of("xLocDesemb"), of("UFDesemb"), day(of("dDesemb"))])],
    ]);
  });

const referenceOf = (det: XmlElement): string =>
  listed([
    ["Refere-se à NF-e", leaf(det, "DFeReferenciado", "chaveAcesso")],
    ["item", leaf(det, "DFeReferenciado", "nItem")],
  ]);
