import { bumpTagIfChanged } from "../../journal/record.ts";
import type { Statement, Value } from "../../ports/sql.ts";
import type { Posting } from "./posting.ts";

/** Statements by which the mappings that the user has given replace the saved ones. `head`: company, posting, reference. */
export function saveGivenMappings(posting: Posting, head: readonly Value[]): Statement[] {
  const args = [...head, posting.supplier, JSON.stringify(posting.lines), posting.at];
  const bumped = bumpTagIfChanged(posting.company, "supplier_items");
  return [
    {
      sql: `
        insert into supplier_items (company, supplier, code, unit, product, factor_e4, factor_divisor, created_at, updated_at,
          spelling, seen_barcode, seen_ncm)
        select ?1, ?4, value ->> 'code', value ->> 'unit', value ->> 'product', value ->> 'factor_e4', value ->> 'factor_divisor',
          ?6, ?6, value ->> 'spelling', value ->> 'barcode', value ->> 'ncm'
        from json_each(?5)
        where value ->> 'saves_mapping' and value ->> 'product' is not null and exists (${posting.guard})
        on conflict do update
          set product = excluded.product, factor_e4 = excluded.factor_e4, factor_divisor = excluded.factor_divisor,
            updated_at = excluded.updated_at`,
      args,
    },
    bumped,
    {
      sql: `
        update supplier_items set factor_e4 = l.value ->> 'factor_e4', factor_divisor = l.value ->> 'factor_divisor', updated_at = ?6
        from json_each(?5) l
        where supplier_items.company = ?1 and supplier = ?4
          and supplier_items.code = l.value ->> 'code' and supplier_items.unit = l.value ->> 'unit'
          and l.value ->> 'saves_mapping' and l.value ->> 'product' is null and exists (${posting.guard})`,
      args,
    },
    bumped,
  ];
}
