import type { Settings } from "../../accounts/company.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { StockFailure } from "../../stock/failures.ts";
import { FACTOR_ONE, type Factor, toStockUnits } from "../../stock/supplier-items/factor.ts";
import { findSupplierItems, type SupplierItem } from "../../stock/supplier-items/supplier-items.ts";
import { unitKeySql } from "../../stock/supplier-items/unit.ts";
import type { Hold } from "../verdict/failures.ts";

/** Most waiting notes that an answer names. */
const NOTES = 100;
const NOTES_OF_SUPPLIER = 500;

/** A mapping as it would be; `product` null: there would be none. */
export interface WantedItem {
  readonly supplier: string;
  readonly code: string;
  /** The unit, not a spelling. */
  readonly unit: string;
  readonly product: string | null;
  readonly factor: Factor;
}

/** A line of the newest note with the item: quantity 1/10⁴, cost 1/10², and how many stock units it is, with each factor. */
export interface MappingExample {
  readonly quantity_e4: number;
  readonly total_e2: number;
  readonly before_e4: bigint;
  readonly after_e4: bigint;
  /** The quantity after is a whole number of 1/10⁴; false: it is rounded half-up. */
  readonly exact: boolean;
}

export interface MappingEffect {
  readonly before: SupplierItem | null;
  readonly example: MappingExample | null;
  /** The waiting notes (of the supplier's newest hundred that have the item) whose holds change. */
  readonly notes: readonly {
    accessKey: string;
    before: readonly string[];
    after: readonly string[];
  }[];
}

/** What a mapping, or its removal, would change: the conversion of the newest line, and holds of waiting notes. Writes nothing. */
export async function mappingEffect(
  ports: Pick<Ports, "reader">,
  { company, units, requireMapping }: Settings,
  wanted: WantedItem,
  signal?: AbortSignal,
): Promise<MappingEffect> {
  const { supplier, code, unit } = wanted;
  const args = [company, JSON.stringify(units), supplier, code, unit];
  const is = (alias: string) => `${alias}.code = ?4 and ${unitKeySql(`${alias}.unit`, "?2")} = ?5`;
  const [known, [line], waiting] = await Promise.all([
    findSupplierItems(ports, company, supplier, [code], signal),
    ports.reader.rows(
      {
        sql: `select max(n.id) as newest, i.quantity_e4, i.landed_e2 from (
            select id from notes where company = ?1 and supplier_id = ?3 order by id desc limit ${NOTES_OF_SUPPLIER}) n
          cross join note_items i on i.company = ?1 and i.note = n.id and ${is("i")}`,
        args,
      },
      signal,
    ),
    requireMapping
      ? ports.reader.rows(
          {
            sql: `select n.access_key, n.holds, exists (
                select 1 from note_items o where o.company = ?1 and o.note = n.id and not (${is("o")}) and not exists (
                  select 1 from supplier_items s where s.company = ?1 and s.supplier = ?3 and s.code = o.code
                    and s.unit = ${unitKeySql("o.unit", "?2")})) as others
              from notes n where n.company = ?1 and n.supplier_id = ?3 and n.status = 'PENDENTE'
                and exists (select 1 from note_items i where i.company = ?1 and i.note = n.id and ${is("i")})
              order by n.id desc limit ${NOTES}`,
            args,
          },
          signal,
        )
      : [],
  ]);
  const before = known.find((item) => item.unit === unit) ?? null;
  return {
    before,
    example:
      line?.newest == null
        ? null
        : exampleOf(Number(line.quantity_e4), Number(line.landed_e2), before, wanted),
    notes: waiting.flatMap((row) => {
      const holds = trusted<Hold[]>(JSON.parse(String(row.holds))).map((hold) => hold.code);
      const waits = wanted.product === null || row.others === 1;
      const rest = holds.filter((hold) => hold !== "mapping");
      if (waits === holds.includes("mapping")) return [];
      const after: string[] = waits ? [...rest, "mapping"] : rest;
      return [{ accessKey: String(row.access_key), before: holds, after }];
    }),
  };
}

function exampleOf(
  quantity_e4: number,
  total_e2: number,
  before: SupplierItem | null,
  { factor }: WantedItem,
): MappingExample {
  const exact =
    (BigInt(quantity_e4) * BigInt(factor.e4)) % (10_000n * BigInt(factor.divisor)) === 0n;
  return {
    quantity_e4,
    total_e2,
    before_e4: toStockUnits(quantity_e4, before?.factor ?? FACTOR_ONE),
    after_e4: toStockUnits(quantity_e4, factor),
    exact,
  };
}

/** The unit of an active product. Fails with `product.not_found`. */
export async function productUnit(
  ports: Pick<Ports, "reader">,
  company: number,
  product: string,
  signal?: AbortSignal,
): Promise<string> {
  const [row] = await ports.reader.rows(
    {
      sql: "select unit from products where company = ?1 and code = ?2 and active = 1",
      args: [company, product],
    },
    signal,
  );
  if (row === undefined)
    throw new Failed<StockFailure>({ code: "product.not_found", product_code: product });
  return String(row.unit);
}
