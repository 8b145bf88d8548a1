/**
 * SQL of what a posting must find in the database when it is committed. Each function takes the placeholders of its
 * parameters and gives a text that is constant for them.
 */

/** Join condition: supplier item `s` is the one of a line or an entry, whose columns `code` and `unit` give. */
export const supplierItemOf = (
  company: string,
  supplier: string,
  { code, unit }: { code: string; unit: string },
): string =>
  `s.company = ${company} and s.supplier = ${supplier} and s.code = ${code} and s.unit = ${unit}`;

/** The code and the unit of a row that travels in a JSON array and is read as `alias`. */
export const inJson = (alias: string): { code: string; unit: string } => ({
  code: `${alias}.value ->> 'code'`,
  unit: `${alias}.value ->> 'unit'`,
});

/**
 * Select: what the entries (JSON) move of each product, signed, 1/10⁴, as `product`, `code`, `quantity_e4`. `product` is null
 * where one will be created; `own` is 1 where the supplier's codes are our product codes.
 */
export const movedByProduct = (
  company: string,
  supplier: string,
  entries: string,
  own: string,
): string => `
  select coalesce(m.value ->> 'product', s.product, case when ${own} then m.value ->> 'code' end) as product,
    m.value ->> 'code' as code, sum(m.value ->> 'quantity_e4') as quantity_e4
  from json_each(${entries}) m
  left join supplier_items s on ${supplierItemOf(company, supplier, inJson("m"))}
  group by 1`;

/** Condition over `movedByProduct as d` and its balance `b`: the entries take more than there is. */
export const FALLS_BELOW_ZERO =
  "d.quantity_e4 < 0 and coalesce(b.quantity_e4, 0) + d.quantity_e4 < 0";

/**
 * Condition that holds while the supplier has no item with a factor other than 1: what a posting may rely on that was computed
 * without reading them.
 */
export const noFactors = (company: string, supplier: string): string => `
  not exists (
    select 1 from supplier_items indexed by supplier_items_with_factor
    where company = ${company} and supplier = ${supplier} and (factor_e4 <> 10000 or factor_divisor <> 1)
  )`;

/** What a posting assumes of the factor of a line. */
export interface AssumedFactor {
  readonly code: string;
  readonly unit: string;
  readonly factor_e4: number;
  readonly factor_divisor: number;
  readonly mapped: boolean;
  readonly factor_is_manual: boolean;
}

/** The lines as `factorsAsAssumed` reads them: what it compares and no more, as SQLite reads a line again for each of its members. */
export const assumedFactors = (lines: readonly AssumedFactor[]): string =>
  JSON.stringify(
    lines.map(({ code, unit, factor_e4, factor_divisor, mapped, factor_is_manual }) => ({
      code,
      unit,
      factor_e4,
      factor_divisor,
      mapped,
      factor_is_manual,
    })),
  );

/**
 * Condition that holds while each line's factor is still the one its quantities were computed with (unknown items: 1). Lines
 * whose factor the user gave are not compared, and a mapping that was there is still there. `lines` is JSON.
 */
export const factorsAsAssumed = (company: string, supplier: string, lines: string): string => `
  not exists (
    select 1 from json_each(${lines}) l
    left join supplier_items s on ${supplierItemOf(company, supplier, inJson("l"))}
    where s.code is null and l.value ->> 'mapped' or not l.value ->> 'factor_is_manual'
      and (s.factor_e4 <> l.value ->> 'factor_e4' or s.factor_divisor <> l.value ->> 'factor_divisor')
  )`;

/** Condition that holds while the posting of these entries (JSON) would leave no balance below zero. */
export const nothingBelowZero = (
  company: string,
  supplier: string,
  entries: string,
  own: string,
): string => `
  not exists (
    select 1 from (${movedByProduct(company, supplier, entries, own)}) as d
    left join balances b on b.company = ${company} and b.product = d.product
    where ${FALLS_BELOW_ZERO}
  )`;

/** What was assumed of a code and unit: the last GTIN and NCM seen (or the document's), and whether it is known in another unit. */
export interface SeenAssumption {
  readonly code: string;
  readonly unit: string;
  readonly barcode: string | null;
  readonly ncm: string | null;
  readonly other: boolean;
}

/** The GTIN and the NCM that a posting has seen of a supplier item. */
export interface SeenValues {
  readonly code: string;
  readonly unit: string;
  readonly barcode: string | null;
  readonly ncm: string | null;
}

/**
 * Condition that holds while the supplier's items are as assumed (`items` is JSON of SeenAssumption): nothing else was seen last,
 * and none is known in another unit only. `noneMissing`: and none is still without a value that the document has.
 */
export const seenAsAssumed = (
  company: string,
  supplier: string,
  items: string,
  noneMissing: boolean,
): string => `
  not exists (
    select 1 from json_each(${items}) i
    left join supplier_items s on ${supplierItemOf(company, supplier, inJson("i"))}
    where s.seen_barcode <> i.value ->> 'barcode' or s.seen_ncm <> i.value ->> 'ncm'
      ${
        noneMissing
          ? `or s.code is not null and (s.seen_barcode is null and i.value ->> 'barcode' is not null
          or s.seen_ncm is null and i.value ->> 'ncm' is not null)`
          : ""
      }
      or s.code is null and not i.value ->> 'other' and exists (
        select 1 from supplier_items o
        where o.company = ${company} and o.supplier = ${supplier} and o.code = i.value ->> 'code')
  )`;
