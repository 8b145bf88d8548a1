import type { UserCause } from "../../accounts/actor.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";
import { factorText } from "../../stock/factor.ts";
import type { StockFailure } from "../../stock/failures.ts";
import { type SupplierItem, saveMapping } from "../../stock/supplier-items.ts";
import { unitKey } from "../../stock/unit.ts";
import { rejudgeSupplier } from "./rejudge.ts";

/**
 * Maps a supplier's item to a product with a factor, and judges the notes again that wait for this mapping.
 * Postings made before stay as they are. Fails with `product.not_found`.
 */
export async function mapSupplierItem(
  ports: Ports,
  item: SupplierItem,
  cause: UserCause,
): Promise<void> {
  const { actor } = cause;
  const at = ports.clock.now();
  const known: Guard = {
    sql: "select 1 from products where company = ?1 and code = ?2",
    args: [actor.company, item.product],
  };
  const saved = await ports.writer.commit({
    statements: [
      bumpTags(actor.company, ["supplier_items"], mappingDiffers(actor.company, item)),
      saveMapping(actor.company, item, at),
      audit(
        cause,
        at,
        {
          action: "supplier_item.put",
          entity: "supplier_item",
          id: item.product,
          detail: { code: item.code, unit: item.unit, factor: factorText(item.factor) },
        },
        known,
      ),
    ],
    read: ([, rows]) => rows !== undefined && rows.length > 0,
  });
  if (!saved)
    throw new Failed<StockFailure>({ code: "product.not_found", product_code: item.product });
  await rejudgeSupplier(ports, actor.company, item.supplier);
}

/** Selects a row where the mapping differs from the stored one. Must run before the mapping is saved. */
const mappingDiffers = (
  company: number,
  { supplier, code, unit, product, factor }: SupplierItem,
) => ({
  sql: `select 1 from products where company = ?1 and code = ?5 and not exists (
      select 1 from supplier_items
      where company = ?1 and supplier = ?2 and code = ?3 and unit = ?4 and product = ?5 and factor_e4 = ?6
        and factor_divisor = ?7
    )`,
  args: [company, supplier, code, unitKey(unit), product, factor.e4, factor.divisor],
});
