import type { XmlElement } from "../nfe/xml/element.ts";
import { figure, mark, words } from "./cells.ts";
import { payment } from "./code-names.ts";
import type { Block, Cell } from "./model.ts";
import { amount, day, decimal, joined } from "./printed.ts";
import { element, elements, leaf, leavesOf } from "./xml.ts";

/** How many duplicatas or payments stand in one row. */
const IN_A_ROW = 5;

/** Invoice, duplicatas and payments; empty where the note has none. */
export function billingOf(infNFe: XmlElement): Block[] {
  const blocks: Block[] = [];
  const fat = leavesOf(element(infNFe, "cobr", "fat"));
  if (element(infNFe, "cobr", "fat") !== undefined)
    blocks.push({
      title: "FATURA",
      rows: [
        [
          words("NÚMERO", fat("nFat"), 40),
          figure("VALOR ORIGINAL", decimal(fat("vOrig")), 20),
          figure("VALOR DO DESCONTO", decimal(fat("vDesc")), 20),
          figure("VALOR LÍQUIDO", decimal(fat("vLiq")), 20),
        ],
      ],
    });
  const duplicates = elements(element(infNFe, "cobr"), "dup").map((dup): Cell => {
    const of = leavesOf(dup);
    return words(
      joined(["DUPLICATA", of("nDup")]),
      joined([day(of("dVenc")), decimal(of("vDup"))], "  R$ "),
      20,
    );
  });
  if (duplicates.length > 0) blocks.push({ title: "DUPLICATAS", rows: inRows(duplicates) });
  const payments = paymentsOf(infNFe);
  if (payments.length > 0) blocks.push({ title: "PAGAMENTO", rows: inRows(payments) });
  return blocks;
}

function paymentsOf(infNFe: XmlElement): Cell[] {
  const groups = elements(infNFe, "pag");
  // Layout 4.00 has detPag in one pag, 3.10 several pag.
  const found = groups.flatMap((pag) => {
    const inside = elements(pag, "detPag");
    return inside.length > 0 ? inside : [pag];
  });
  const cells = found
    .map(leavesOf)
    .filter((of) => of("tPag") !== undefined)
    .map((of) =>
      words(joined([payment(of("tPag")), of("xPag")], ": "), `R$ ${amount(of("vPag"))}`, 20),
    );
  const change = leaf(groups[0], "vTroco");
  return change === undefined ? cells : [...cells, words("TROCO", `R$ ${amount(change)}`, 20)];
}

const inRows = (cells: readonly Cell[]): Cell[][] =>
  Array.from({ length: Math.ceil(cells.length / IN_A_ROW) }, (_, row) => {
    const some = cells.slice(row * IN_A_ROW, (row + 1) * IN_A_ROW);
    // The boxes of a row that is not full are as wide as those above.
    const missing = row === 0 ? 0 : IN_A_ROW - some.length;
    return [...some, ...Array.from({ length: missing }, () => words("", "", 20))];
  });

/** The block of taxes and totals (`total/ICMSTot`). */
export function taxesOf(infNFe: XmlElement): Block {
  const of = leavesOf(element(infNFe, "total", "ICMSTot"));
  const sum = (label: string, name: string, share = 11): Cell =>
    figure(label, amount(of(name)), share);
  return {
    title: "CÁLCULO DO IMPOSTO",
    rows: [
      [
        sum("BASE DE CÁLC. DO ICMS", "vBC"),
        sum("VALOR DO ICMS", "vICMS"),
        sum("BASE DE CÁLC. ICMS S.T.", "vBCST"),
        sum("VALOR DO ICMS S.T.", "vST"),
        sum("V. IMP. IMPORTAÇÃO", "vII"),
        sum("V. ICMS UF REMET.", "vICMSUFRemet"),
        sum("V. FCP UF DEST.", "vFCPUFDest"),
        sum("VALOR DO PIS", "vPIS"),
        sum("V. TOTAL PRODUTOS", "vProd", 12),
      ],
      [
        sum("VALOR DO FRETE", "vFrete"),
        sum("VALOR DO SEGURO", "vSeg"),
        sum("DESCONTO", "vDesc"),
        sum("OUTRAS DESPESAS", "vOutro"),
        sum("VALOR TOTAL DO IPI", "vIPI"),
        sum("V. ICMS UF DEST.", "vICMSUFDest"),
        sum("V. APROX. TRIBUTOS", "vTotTrib"),
        sum("VALOR DA COFINS", "vCOFINS"),
        sum("V. TOTAL DA NOTA", "vNF", 12),
      ],
    ],
  };
}

/** IBS, CBS and IS of the whole note (`IBSCBSTot`, `ISTot`, `vNFTot`); absent where the note has none of them. */
export function reformOf(infNFe: XmlElement): Block[] {
  const total = element(infNFe, "total");
  const all = element(total, "IBSCBSTot");
  const is = leaf(total, "ISTot", "vIS");
  const whole = leaf(total, "vNFTot");
  if (all === undefined && is === undefined && whole === undefined) return [];
  const rows: Cell[][] = [
    [
      figure("BASE DE CÁLC. IBS/CBS", amount(leaf(all, "vBCIBSCBS")), 15),
      figure("VALOR IBS UF", amount(leaf(all, "gIBS", "gIBSUF", "vIBSUF")), 13),
      figure("VALOR IBS MUNICÍPIO", amount(leaf(all, "gIBS", "gIBSMun", "vIBSMun")), 14),
      figure("VALOR TOTAL DO IBS", amount(leaf(all, "gIBS", "vIBS")), 14),
      figure("VALOR TOTAL DA CBS", amount(leaf(all, "gCBS", "vCBS")), 14),
      figure("VALOR DO IMP. SELETIVO", amount(is), 14),
      figure("TOTAL COM IBS, CBS E IS", decimal(whole), 16),
    ],
  ];
  const mono = element(all, "gMono");
  if (mono !== undefined)
    rows.push([
      figure("IBS MONOFÁSICO", amount(leaf(mono, "vIBSMono")), 17),
      figure("CBS MONOFÁSICA", amount(leaf(mono, "vCBSMono")), 17),
      figure("IBS MONO. SUJEITO A RET.", amount(leaf(mono, "vIBSMonoReten")), 17),
      figure("CBS MONO. SUJEITA A RET.", amount(leaf(mono, "vCBSMonoReten")), 17),
      figure("IBS MONO. RETIDO ANTES", amount(leaf(mono, "vIBSMonoRet")), 16),
      figure("CBS MONO. RETIDA ANTES", amount(leaf(mono, "vCBSMonoRet")), 16),
    ]);
  return [{ title: "IBS, CBS E IMPOSTO SELETIVO", rows }];
}

/** The block of services (`ISSQNtot`), where the note has it. */
export function servicesOf(infNFe: XmlElement): Block[] {
  const total = element(infNFe, "total", "ISSQNtot");
  if (total === undefined) return [];
  const of = leavesOf(total);
  return [
    {
      title: "CÁLCULO DO ISSQN",
      rows: [
        [
          mark("INSCRIÇÃO MUNICIPAL", leaf(infNFe, "emit", "IM"), 25),
          figure("VALOR TOTAL DOS SERVIÇOS", amount(of("vServ")), 25),
          figure("BASE DE CÁLCULO DO ISSQN", amount(of("vBC")), 25),
          figure("VALOR DO ISSQN", amount(of("vISS")), 25),
        ],
      ],
    },
  ];
}
