import { MOVEMENT_JOINS, type MovementFilter, movementFilter } from "../stock/ledger.ts";
import type { Column } from "./columns.ts";
import { PAGE_ROWS, pageSql, type Walk } from "./pages.ts";

/** The columns of S.G.E. first, in its order (the user is a name, not an address: S16); what it did not tell comes after. */
export const MOVEMENT_SHEET: readonly Column[] = [
  { heading: "Data", sql: "m.created_at", kind: "instant" },
  { heading: "Produto (Código)", sql: "m.product", kind: "text" },
  { heading: "Produto (Nome)", sql: "p.name", kind: "text" },
  { heading: "Tipo", sql: "m.type", kind: "text" },
  { heading: "Quantidade", sql: "abs(m.quantity_e4)", kind: "quantity" },
  { heading: "Origem", sql: "m.origin", kind: "text" },
  { heading: "Referência", sql: "m.reference", kind: "text" },
  { heading: "Usuário", sql: "u.name", kind: "text" },
  { heading: "Observações", sql: "m.notes", kind: "text" },
  { heading: "Unidade", sql: "p.unit", kind: "text" },
  { heading: "Custo Unitário", sql: "json_array(m.cost_e2, m.quantity_e4)", kind: "unit" },
  { heading: "Custo Total", sql: "abs(m.cost_e2)", kind: "money" },
  { heading: "Lote", sql: "m.lot", kind: "text" },
  { heading: "Validade", sql: "m.expires_on", kind: "day" },
  {
    heading: "Chave de Acesso",
    sql: "case when m.origin = 'NFE' then m.reference end",
    kind: "text",
  },
  {
    heading: "Item da Nota",
    // <key>#<nItem>[/<lot>]@<posting>: the cast ends where the digits do.
    sql: "case when m.origin = 'NFE' then cast(substr(m.origin_ref, instr(m.origin_ref, '#') + 1) as integer) end",
    kind: "count",
  },
  { heading: "ID", sql: "m.id", kind: "count" },
];

/** Later than any instant that SQLite's callers can name exactly. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

const NEWEST_FIRST = "order by m.created_at desc, m.id desc";

/**
 * The movements that a filter lets through, newest first (instant, then id), by the index over time or, for one product,
 * over its time. Other conditions are tried on each row of a slice.
 */
export function movementWalk(company: number, filter: MovementFilter): Walk {
  const { product, from, until } = filter;
  const index = product === undefined ? "movements_by_time" : "movements_by_product";
  const source = `from movements m indexed by ${index}`;
  // The place bounds the instant from above, so that the index has one such bound and not two to choose from.
  const seek = movementFilter(company, { product, from });
  return {
    start: [until ?? END_OF_TIME, 0],
    end(place) {
      const after = olderThan(seek.args.length);
      return {
        sql: `select m.created_at, m.id ${source} where ${seek.where} and ${after} ${NEWEST_FIRST} limit 1 offset ${PAGE_ROWS - 1}`,
        args: [...seek.args, ...place],
      };
    },
    rows(place, end) {
      // The end of the slice is not older than `from`, and is then the only bound from below.
      const { where, args } = movementFilter(company, {
        ...filter,
        until: undefined,
        from: end === null ? from : undefined,
      });
      const slice = [
        olderThan(args.length),
        ...(end === null ? [] : [notOlderThan(args.length + 2)]),
      ];
      return {
        sql: pageSql(
          MOVEMENT_SHEET,
          `${source} ${MOVEMENT_JOINS} where ${where} and ${slice.join(" and ")} ${NEWEST_FIRST}`,
        ),
        args: [...args, ...place, ...(end ?? [])],
      };
    },
  };
}

/** After a place, in newest-first order. The first condition is the index's; SQLite seeks no row value that ends in a rowid. */
const olderThan = (n: number): string =>
  `m.created_at <= ?${n + 1} and (m.created_at < ?${n + 1} or m.id < ?${n + 2})`;
const notOlderThan = (n: number): string =>
  `m.created_at >= ?${n + 1} and (m.created_at > ?${n + 1} or m.id >= ?${n + 2})`;
