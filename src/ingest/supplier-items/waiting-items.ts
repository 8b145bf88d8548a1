import type { Settings } from "../../accounts/company.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { unitKeySql } from "../../stock/supplier-items/unit.ts";
import { noteItems } from "../note/tables.ts";
import { candidatesFor } from "./candidates.ts";
import { type Suggestion, suggestProducts, type UnmappedItem } from "./suggest.ts";

/** Most waiting notes, the newest, and most of their items that one answer is made from. */
const NOTES = 2_000;
const ITEMS = 20_000;
/** Notes of one supplier that are searched for an item. */
const NOTES_OF_SUPPLIER = 500;

/** A supplier's item that has no mapping, summed over the notes that wait; quantities 1/10⁴ of its unit, values 1/10². */
export interface WaitingItem extends UnmappedItem {
  readonly supplierName: string;
  /** The unit that `unit` means to the company. */
  readonly unitKey: string;
  readonly notes: number;
  readonly items: number;
  readonly totalQuantity_e4: bigint;
  readonly totalValue_e2: bigint;
  /** When the oldest of the notes was issued, ms UTC. */
  readonly oldestMs: number;
  readonly suggestions: readonly Suggestion[];
}

/** Where a page ends: its last item. */
export interface WaitingCursor {
  readonly value: string;
  readonly supplier: string;
  readonly code: string;
  readonly unit: string;
}

const UNIT = unitKeySql("i.unit", "?2");
const ITEM = columnsOf(noteItems, "i", [
  "code",
  "unit",
  "name",
  "ncm",
  "barcode",
  "taxBarcode",
  "quantity_e4",
  "taxUnit",
  "taxQuantity_e4",
]);

/**
 * The items of waiting notes that a posting would find no mapping for, the most valuable first: where the company requires
 * mappings all of them, else those that would make a new product. `complete` is false where there are more waiting notes or items
 * than one answer is made from. Each has its three best suggestions.
 */
export async function waitingItems(
  ports: Pick<Ports, "reader">,
  settings: Settings,
  page: { limit: number; after: WaitingCursor | undefined },
  signal?: AbortSignal,
): Promise<{ items: WaitingItem[]; next: WaitingCursor | null; complete: boolean }> {
  const { company, units } = settings;
  const { limit, after } = page;
  const rows = await ports.reader.rows(
    {
      sql: `with note as materialized (
          select id, supplier_id, supplier_name, issued_by_us, issued_ms from notes
          where company = ?1 and status = 'PENDENTE' order by id desc limit ${NOTES}),
        item as materialized (
          select n.id, n.supplier_id, n.supplier_name, n.issued_by_us, n.issued_ms, i.position, i.code, ${UNIT} as unit, i.quantity_e4,
            i.total_e2
          from note n cross join note_items i on i.company = ?1 and i.note = n.id where i.effect <> 'none' limit ${ITEMS}),
        total as (
          select w.supplier_id, w.code, w.unit, count(distinct w.id) as notes, count(*) as items, sum(w.quantity_e4) as quantity_e4,
            sum(w.total_e2) as total_e2, min(w.issued_ms) as oldest, max(w.id * 1000 + w.position) as last
          from item w
          where not exists (select 1 from supplier_items s
              where s.company = ?1 and s.supplier = w.supplier_id and s.code = w.code and s.unit = w.unit)
            and (?3 or not w.issued_by_us
              or not exists (select 1 from products p where p.company = ?1 and p.code = w.code))
          group by 1, 2, 3)
        select t.supplier_id, n.supplier_name, t.unit as unit_key, t.notes, t.items, cast(t.quantity_e4 as text) as sum_e4,
          cast(t.total_e2 as text) as sum_e2, t.oldest, ${ITEM.sql}, (select count(*) from note) as notes_read,
          (select count(*) from item) as items_read
        from total t cross join note n on n.id = t.last / 1000
        cross join note_items i on i.company = ?1 and i.note = n.id and i.position = t.last % 1000
        where ?4 is null or t.total_e2 < cast(?4 as integer)
          or t.total_e2 = cast(?4 as integer) and (t.supplier_id, t.code, t.unit) > (?5, ?6, ?7)
        order by t.total_e2 desc, t.supplier_id, t.code, t.unit limit ?8`,
      args: [
        company,
        JSON.stringify(units),
        settings.requireMapping ? 1 : 0,
        after?.value ?? null,
        after?.supplier ?? "",
        after?.code ?? "",
        after?.unit ?? "",
        limit + 1,
      ],
    },
    signal,
  );
  const shown = rows.slice(0, limit).map(waitingItem);
  const { productsFor, mapped } = await candidatesFor(ports, company, shown, signal);
  const items = shown.map((item) => ({
    ...item,
    suggestions: suggestProducts(item, productsFor(item), mapped, units, 3),
  }));
  const last = items.at(-1);
  const [first] = rows;
  return {
    items,
    next: rows.length <= limit || last === undefined ? null : cursorOf(last),
    complete: Number(first?.notes_read ?? 0) < NOTES && Number(first?.items_read ?? 0) < ITEMS,
  };
}

const cursorOf = (item: Omit<WaitingItem, "suggestions">): WaitingCursor => ({
  value: String(item.totalValue_e2),
  supplier: item.supplier,
  code: item.code,
  unit: item.unitKey,
});

const waitingItem = (row: Row): Omit<WaitingItem, "suggestions"> => ({
  ...ITEM.read(row),
  supplier: String(row.supplier_id),
  supplierName: String(row.supplier_name),
  unitKey: String(row.unit_key),
  notes: Number(row.notes),
  items: Number(row.items),
  totalQuantity_e4: BigInt(String(row.sum_e4)),
  totalValue_e2: BigInt(String(row.sum_e2)),
  oldestMs: Number(row.oldest),
});

/**
 * What an item of a supplier may be, from the newest note that has it (of the supplier's last 500); null where none has.
 * At most ten suggestions.
 */
export async function suggestionsFor(
  ports: Pick<Ports, "reader">,
  { company, units }: Settings,
  wanted: { supplier: string; code: string; unit: string },
  signal?: AbortSignal,
): Promise<{ item: UnmappedItem; suggestions: Suggestion[] } | null> {
  const [row] = await ports.reader.rows(
    {
      sql: `select max(n.id) as newest, ${ITEM.sql} from (
          select id from notes where company = ?1 and supplier_id = ?3 order by id desc limit ${NOTES_OF_SUPPLIER}) n
        cross join note_items i on i.company = ?1 and i.note = n.id and i.code = ?4 and ${UNIT} = ?5`,
      args: [company, JSON.stringify(units), wanted.supplier, wanted.code, wanted.unit],
    },
    signal,
  );
  if (row === undefined || row.newest === null) return null;
  const item = { ...ITEM.read(row), supplier: wanted.supplier };
  const { productsFor, mapped } = await candidatesFor(ports, company, [item], signal);
  return { item, suggestions: suggestProducts(item, productsFor(item), mapped, units, 10) };
}
