import { entryCfop, exitCfops } from "../../ingest/verdict/entry-cfop.ts";
import type { Column } from "../sheet.ts";

/** SQL: the code with which we book the item; empty for notes of our own that are exits, and where there is none. */
function entryCfopSql(): string {
  const codes = exitCfops.map((code) => {
    const by = (destination: "resale" | "input" | "use" | "asset"): string =>
      `'${destination}', '${entryCfop(code, destination) ?? ""}'`;
    const same = new Set(
      (["resale", "input", "use", "asset"] as const).map((of) => entryCfop(code, of)),
    );
    const [only] = same;
    if (same.size === 1) return only == null ? "" : `when '${code}' then '${only}'`;
    const pairs = [by("resale"), by("input"), by("use"), by("asset")].join(", ");
    return `when '${code}' then json_object(${pairs}) ->> coalesce(i.destination, 'resale')`;
  });
  return `case when i.cfop < '4' then i.cfop when notes.issued_by_us then null
    else case i.cfop ${codes.join(" ")} end end`;
}

const of = (group: string, at: number): string => `i.taxes ->> '$.${group}[${at}]'`;

/** The taxes of an item as `note_items.taxes` has them (ingest/cost/stored-taxes.ts), and what the company recovers. */
export const TAX_FIELDS = {
  cest: "i.taxes ->> '$.cest'",
  entryCfop: entryCfopSql(),
  destination: `case i.destination when 'resale' then 'REVENDA' when 'input' then 'INSUMO' when 'use' then 'USO E CONSUMO'
    when 'asset' then 'ATIVO' end`,
  origin: of("icms", 0),
  icmsCst: of("icms", 1),
  icmsBase: of("icms", 2),
  icmsRate: of("icms", 3),
  icms: of("icms", 4),
  stBase: of("icms", 5),
  st: of("icms", 6),
  fcp: of("icms", 7),
  fcpSt: of("icms", 8),
  simplesRate: of("icms", 9),
  simples: of("icms", 10),
  ipiCst: of("ipi", 0),
  ipiBase: of("ipi", 1),
  ipi: of("ipi", 3),
  pisCst: of("pis", 0),
  pisBase: of("pis", 1),
  pis: of("pis", 3),
  cofinsCst: of("cofins", 0),
  cofinsBase: of("cofins", 1),
  cofins: of("cofins", 3),
  ii: "i.taxes ->> '$.ii'",
  ibsCbsCst: of("ibscbs", 0),
  ibsCbsClass: of("ibscbs", 1),
  ibsCbsBase: of("ibscbs", 2),
  ibs: of("ibscbs", 3),
  cbs: of("ibscbs", 4),
  isCst: of("is", 0),
  isBase: of("is", 2),
  is: of("is", 3),
  recovered: "(select sum(value ->> 1) from json_each(i.cost, '$.c'))",
} as const;

/** The columns of the taxes; an amount that the note does not state is an empty cell, which is not 0. */
export const TAX_COLUMNS: readonly Column<keyof typeof TAX_FIELDS>[] = [
  { heading: "CEST", kind: "text", of: "cest" },
  { heading: "CFOP de Entrada", kind: "text", of: "entryCfop" },
  { heading: "Destinação", kind: "text", of: "destination" },
  { heading: "Origem", kind: "text", of: "origin" },
  { heading: "CST ICMS", kind: "text", of: "icmsCst" },
  { heading: "Base ICMS", kind: "money", of: "icmsBase" },
  { heading: "Alíquota ICMS", kind: "quantity", of: "icmsRate" },
  { heading: "Valor ICMS", kind: "money", of: "icms" },
  { heading: "Base ICMS-ST", kind: "money", of: "stBase" },
  { heading: "Valor ICMS-ST", kind: "money", of: "st" },
  { heading: "Valor FCP", kind: "money", of: "fcp" },
  { heading: "Valor FCP-ST", kind: "money", of: "fcpSt" },
  { heading: "Alíquota Crédito Simples", kind: "quantity", of: "simplesRate" },
  { heading: "Crédito ICMS Simples", kind: "money", of: "simples" },
  { heading: "CST IPI", kind: "text", of: "ipiCst" },
  { heading: "Base IPI", kind: "money", of: "ipiBase" },
  { heading: "Valor IPI", kind: "money", of: "ipi" },
  { heading: "CST PIS", kind: "text", of: "pisCst" },
  { heading: "Base PIS", kind: "money", of: "pisBase" },
  { heading: "Valor PIS", kind: "money", of: "pis" },
  { heading: "CST COFINS", kind: "text", of: "cofinsCst" },
  { heading: "Base COFINS", kind: "money", of: "cofinsBase" },
  { heading: "Valor COFINS", kind: "money", of: "cofins" },
  { heading: "Valor II", kind: "money", of: "ii" },
  { heading: "CST IBS/CBS", kind: "text", of: "ibsCbsCst" },
  { heading: "Classificação Tributária", kind: "text", of: "ibsCbsClass" },
  { heading: "Base IBS/CBS", kind: "money", of: "ibsCbsBase" },
  { heading: "Valor IBS", kind: "money", of: "ibs" },
  { heading: "Valor CBS", kind: "money", of: "cbs" },
  { heading: "CST IS", kind: "text", of: "isCst" },
  { heading: "Base IS", kind: "money", of: "isBase" },
  { heading: "Valor IS", kind: "money", of: "is" },
  { heading: "Impostos Recuperáveis", kind: "money", of: "recovered" },
];
