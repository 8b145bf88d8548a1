import { parameters } from "../../lib/parameters.ts";
import type { Value } from "../../ports/sql.ts";
import { FROM_TIME, IN_TIME, NEWEST_FIRST } from "../../stock/found-movements.ts";
import { MOVEMENT_JOINS, type MovementFilter, movementFilter } from "../../stock/reports/ledger.ts";
import { countStepOf, type KeysetQuery, pageSql } from "../pages.ts";
import type { Table } from "../sheet.ts";

const fields = {
  at: "m.created_at",
  product: "m.product",
  name: "p.name",
  type: "m.type",
  // The direction is in the type.
  quantity: "abs(m.quantity_e4)",
  origin: "m.origin",
  reference: "m.reference",
  user: "u.name",
  notes: "m.notes",
  unit: "p.unit",
  cost: "abs(m.cost_e2)",
  lot: "m.lot",
  expires: "m.expires_on",
  fromNote: "m.origin = 'NFE'",
  // <key>#<nItem>[/<lot>]@<posting>: the cast ends where the digits do.
  item: "cast(substr(m.origin_ref, instr(m.origin_ref, '#') + 1) as integer)",
  id: "m.id",
} as const;

/** The columns of S.G.E. first, in its order (the user is a name, not an address: S16); our own come after them. */
export const MOVEMENTS: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Data", kind: "instant", of: "at" },
    { heading: "Produto (Código)", kind: "text", of: "product" },
    { heading: "Produto (Nome)", kind: "text", of: "name" },
    { heading: "Tipo", kind: "text", of: "type" },
    { heading: "Quantidade", kind: "quantity", of: "quantity" },
    { heading: "Origem", kind: "text", of: "origin" },
    { heading: "Referência", kind: "text", of: "reference" },
    { heading: "Usuário", kind: "text", of: "user" },
    { heading: "Observações", kind: "text", of: "notes" },
    { heading: "Unidade", kind: "text", of: "unit" },
    { heading: "Custo Unitário", kind: "unit", of: "cost", by: "quantity" },
    { heading: "Custo Total", kind: "money", of: "cost" },
    { heading: "Lote", kind: "text", of: "lot" },
    { heading: "Validade", kind: "day", of: "expires" },
    { heading: "Chave de Acesso", kind: "text", of: "reference", by: "fromNote" },
    { heading: "Item da Nota", kind: "count", of: "item", by: "fromNote" },
    { heading: "ID", kind: "count", of: "id" },
  ],
};

/** Later than any instant that a JavaScript number holds exactly. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/**
 * The movements that match a filter, newest first: by the index over time (instant, then id), or those of one product in the
 * order of writing. The other conditions are tested on each row of a page.
 */
export function movementKeyset(company: number, filter: MovementFilter): KeysetQuery {
  const { product, from, until } = filter;
  const { where, args: matched } = movementFilter(company, filter);
  const ofProduct = product !== undefined;
  const { args, add } = parameters<Value>(matched);
  const seek = ofProduct
    ? ["m.company = ?1", "m.quantity_e4 <> 0", `m.product = ${add(product)}`]
    : ["first.company = ?1", IN_TIME];
  if (!ofProduct && from !== undefined) seek.push(`first.created_at >= ${add(from)}`);
  // The cursor is the only upper bound: of two, SQLite may seek by the wrong one. SQLite cannot seek a row value that ends in a
  // rowid, so the instant is also compared alone.
  const [at, id] = [`?${args.length + 1}`, `?${args.length + 2}`];
  seek.push(
    ofProduct
      ? `m.id < ${id}`
      : `first.created_at <= ${at} and (first.created_at < ${at} or m.id < ${id})`,
  );
  const key = ofProduct ? (["m.id", "m.id"] as const) : (["first.created_at", "m.id"] as const);
  const source = ofProduct ? "movements m indexed by movements_by_product" : FROM_TIME;
  const order = `where ${seek.join(" and ")} order by ${ofProduct ? "m.id desc" : NEWEST_FIRST}`;
  const joined = `from ${source} ${MOVEMENT_JOINS} ${order}`;
  const sql = pageSql(key, MOVEMENTS, where, joined, `?${args.length + 3}`);
  return {
    type: "movements",
    start: ofProduct ? [0, END_OF_TIME] : [until ?? END_OF_TIME, 0],
    countStep: (after) => countStepOf(key, `from ${source} ${order}`, [...args, ...after]),
    page: (after, rows, form) => ({ sql: sql[form], args: [...args, ...after, rows] }),
  };
}
