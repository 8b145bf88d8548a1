import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { products, supplierItems } from "../../stock/tables.ts";
import type { MappedCandidate, ProductCandidate, UnmappedItem } from "./suggest.ts";

/** Most products of one NCM that are compared by name, and most rows of any other look-up. */
const OF_ONE_NCM = 300;
const MOST = 500;

const PRODUCT = columnsOf(products, "p", ["code", "name", "unit", "ncm", "barcode"]);
const ITEM = columnsOf(supplierItems, "s", ["supplier", "code", "unit", "seenBarcode"]);

/** The columns of PRODUCT beside those of ITEM, which has a code and a unit too. */
const OF_PRODUCT =
  "p.code as p_code, p.name as p_name, p.unit as p_unit, p.ncm as p_ncm, p.barcode as p_barcode";

/** What items are compared with: active products, and supplier items that are mapped. */
export interface Candidates {
  /** Those that may be this item. */
  readonly productsFor: (item: UnmappedItem) => readonly ProductCandidate[];
  readonly mapped: readonly MappedCandidate[];
}

/** Reads what the items may be, by barcode, NCM and code, with a bound for each look-up; one statement for each kind. */
export async function candidatesFor(
  ports: Pick<Ports, "reader">,
  company: number,
  items: readonly UnmappedItem[],
  signal?: AbortSignal,
): Promise<Candidates> {
  if (items.length === 0) return { productsFor: () => [], mapped: [] };
  const gtins = JSON.stringify([...new Set(items.flatMap(gtinsOf))]);
  const ncms = JSON.stringify([...new Set(items.flatMap(({ ncm }) => ncm ?? []))]);
  const codes = JSON.stringify(items.map(({ supplier, code }) => ({ supplier, code })));
  const read = (sql: string, args: string[]) =>
    ports.reader.rows({ sql, args: [company, ...args] }, signal);
  const joined = `cross join products p on p.company = ?1 and p.code = s.product and p.active = 1`;
  const [byGtin, byNcm, byCode, bySeen] = await Promise.all([
    read(
      `select ${PRODUCT.sql} from json_each(?2) g
        cross join products p indexed by products_by_barcode on p.company = ?1 and p.barcode = g.value and p.barcode <> '' and p.active = 1 limit ${MOST}`,
      [gtins],
    ),
    read(
      `select ${PRODUCT.sql} from json_each(?2) n cross join products p on p.company = ?1 and p.code in (
          select code from products indexed by products_by_ncm where company = ?1 and ncm = n.value and active = 1 limit ${OF_ONE_NCM})`,
      [ncms],
    ),
    read(
      `select ${ITEM.sql}, ${OF_PRODUCT} from (
          select distinct value ->> 'supplier' as supplier, value ->> 'code' as code from json_each(?2)) i
        cross join supplier_items s on s.company = ?1 and s.supplier = i.supplier and s.code = i.code ${joined} limit ${MOST}`,
      [codes],
    ),
    read(
      `select ${ITEM.sql}, ${OF_PRODUCT} from json_each(?2) g
        cross join supplier_items s indexed by supplier_items_by_gtin on s.company = ?1 and s.seen_barcode = g.value ${joined} limit ${MOST}`,
      [gtins],
    ),
  ]);
  const withGtin = byGtin.map(PRODUCT.read);
  const ofNcm = Map.groupBy(byNcm.map(PRODUCT.read), ({ ncm }) => ncm);
  return {
    productsFor: ({ ncm }) => [...withGtin, ...(ncm === null ? [] : (ofNcm.get(ncm) ?? []))],
    mapped: [...byCode, ...bySeen].map(mappedCandidate),
  };
}

/** A GTIN as it may be stored: with and without the zeros before it. */
const gtinsOf = ({ barcode, taxBarcode }: UnmappedItem): string[] =>
  [barcode, taxBarcode].flatMap((gtin) =>
    gtin === null
      ? []
      : [gtin, gtin.padStart(14, "0"), ...(gtin.startsWith("0") ? [gtin.slice(1)] : [])],
  );

function mappedCandidate(row: Row): MappedCandidate {
  return { ...ITEM.read(row), product: PRODUCT.read(prefixed(row)) };
}

/** The columns whose names begin with `p_`, without it. */
const prefixed = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith("p_") ? [[name.slice(2), value]] : [],
    ),
  );
