import { listedNotes } from "../../ingest/search/note-filter.ts";
import { fromDocument, OF_NOTE, refsOf } from "../../stock/found-movements.ts";
import { unitKeySql } from "../../stock/supplier-items/unit.ts";
import { countStepOf, type KeysetQuery, pageSql } from "../pages.ts";
import type { Table } from "../sheet.ts";
import { type NfeFilter, noteWalk } from "./nfes.ts";
import { TAX_COLUMNS, TAX_FIELDS } from "./tax-columns.ts";

/**
 * The movements of an item of a note in stock: their `origin_ref` begins with the key and the item's part, which ends at `/` or
 * `@`. The part is nItem, and nItem.position where the number repeats (ingest/note/lines.ts): only one of the two is there.
 */
const between = (part: string): string =>
  ["/ 0", "@ A"]
    .map((ends) => ends.split(" "))
    .map(
      ([from, to]) => `m.origin_ref >= ${part} || '${from}' and m.origin_ref < ${part} || '${to}'`,
    )
    .join(" or ");
const PART = "notes.access_key || '#' || i.n_item";
const moved = (what: string): string =>
  `(select ${what} ${fromDocument({ company: "notes.company", origin: OF_NOTE, refs: refsOf("notes.access_key") })}
    and notes.status = 'PROCESSADA' and first.posting = notes.posting
    and (${between(PART)} or ${between(`${PART} || '.' || i.position`)}))`;
const OWN_UNITS = "(select c.units from companies c where c.id = i.company)";
const mapped = (what: string): string =>
  `(select ${what} from supplier_items s where s.company = notes.company and s.supplier = notes.supplier_id
    and s.code = i.code and s.unit = ${unitKeySql("i.unit", OWN_UNITS)})`;

const fields = {
  key: "notes.access_key",
  nItem: "i.n_item",
  code: "i.code",
  name: "i.name",
  ncm: "i.ncm",
  cfop: "i.cfop",
  unit: "i.unit",
  quantity: "i.quantity_e4",
  price: "i.unit_price_text",
  total: "i.total_e2",
  effect: `case i.effect when 'entry' then 'ENTRADA' when 'exit' then 'SAIDA' when 'none' then 'NENHUM' else 'A DEFINIR' end`,
  product: `coalesce(${moved("min(m.product)")}, ${mapped("s.product")})`,
  // What the approval has posted for the quantity of the note; before it, what the supplier's item says.
  factor: `coalesce(${moved("sum(abs(m.quantity_e4))")}, ${mapped("s.factor_e4")}, 1)`,
  factorBy: `iif(${moved("1")} is null, coalesce(${mapped("s.factor_divisor * 10000")}, 1), i.quantity_e4)`,
  landed: "i.landed_e2",
  lots: "i.lots",
  ...TAX_FIELDS,
} as const;

/** One line for each item of a note, as the note has it, with its taxes. */
export const NFE_ITEMS: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Chave de Acesso", kind: "text", of: "key" },
    { heading: "Item", kind: "count", of: "nItem" },
    { heading: "Código no Emitente", kind: "text", of: "code" },
    { heading: "Descrição do Item", kind: "text", of: "name" },
    { heading: "NCM", kind: "text", of: "ncm" },
    { heading: "CFOP", kind: "text", of: "cfop" },
    { heading: "Unidade", kind: "text", of: "unit" },
    { heading: "Quantidade", kind: "quantity", of: "quantity" },
    { heading: "Valor Unitário", kind: "decimal", of: "price" },
    { heading: "Valor Total", kind: "money", of: "total" },
    { heading: "Efeito", kind: "text", of: "effect" },
    { heading: "Produto (Código)", kind: "text", of: "product" },
    { heading: "Fator", kind: "ratio", of: "factor", by: "factorBy" },
    { heading: "Custo Total", kind: "money", of: "landed" },
    { heading: "Lotes", kind: "lots", of: "lots" },
    ...TAX_COLUMNS,
  ],
};

/** The items of the notes that match a filter: the latest issue first, the items of each in the order of the XML. */
export function noteItemKeyset(company: number, filter: NfeFilter): KeysetQuery {
  const { seek, order, args, end, matches } = noteWalk(
    listedNotes(company, filter),
    company,
    filter,
  );
  const key = ["notes.issued_ms", "notes.id", "i.position"];
  const [at, id, position, rows] = [1, 2, 3, 4].map((n) => `?${args.length + n}`);
  // The note of the cursor itself has more items after the cursor's position.
  const source = `from notes indexed by notes_by_issue
    cross join note_items i on i.company = notes.company and i.note = notes.id
    ${seek(`${at}`, `${id} + 1`)} and (notes.issued_ms < ${at} or notes.id < ${id} or i.position > ${position})
    ${order}, i.position`;
  const sql = pageSql(key, NFE_ITEMS, matches, source, `${rows}`);
  return {
    type: "nfe-items",
    start: [end, 0, 0],
    countStep: (after) => countStepOf(key, source, [...args, ...after]),
    page: (after, count, form) => ({ sql: sql[form], args: [...args, ...after, count] }),
  };
}
