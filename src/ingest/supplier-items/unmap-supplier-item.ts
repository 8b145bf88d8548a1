import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { appendEvents, audit, bumpTagIfChanged } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { SupplierItemFailure } from "../../stock/failures.ts";
import { removeMapping, type SupplierItemKey } from "../../stock/supplier-items/supplier-items.ts";
import { unitKey } from "../../stock/supplier-items/unit.ts";
import { rejudgeSuppliers } from "../judge/rejudge.ts";
import { unitsAreThose } from "./map-supplier-item.ts";

/**
 * Removes the mapping of a supplier's item (`unit`: as it is written), and judges the waiting notes again that have it. Postings
 * made before stay as they are. Fails with `supplier_item.not_found`.
 */
export async function unmapSupplierItem(
  ports: Ports,
  wanted: SupplierItemKey,
  cause: UserCause,
): Promise<void> {
  const { company } = cause.actor;
  const { supplier, code } = wanted;
  await optimistic(async () => {
    const settings = await settingsOf(ports, company);
    const unit = unitKey(wanted.unit, settings.units);
    const same = unitsAreThose(company, settings.version);
    const here = {
      sql: `${same.sql} and exists (
        select 1 from supplier_items where company = ?1 and supplier = ?3 and code = ?4 and unit = ?5)`,
      args: [...same.args, supplier, code, unit],
    };
    const at = ports.clock.now();
    const payload = { supplier_cnpj: supplier, code, unit, product_code: null, factor: null };
    const outcome = await ports.writer.commit({
      statements: [
        appendEvents(company, at, [{ type: "supplier_item.changed", payload }], here),
        audit(
          cause,
          at,
          {
            action: "supplier_item.delete",
            entity: "supplier_item",
            id: null,
            detail: { code, unit },
          },
          here,
        ),
        removeMapping(company, { supplier, code, unit }, same),
        bumpTagIfChanged(company, "supplier_items"),
        { sql: same.sql, args: [...same.args] },
      ],
      read: ([, , gone = [], , still = []]) => ({ gone: gone.length > 0, same: still.length > 0 }),
    });
    if (outcome.gone) return null;
    if (!outcome.same) return CHANGED;
    throw new Failed<SupplierItemFailure>({
      code: "supplier_item.not_found",
      supplier_cnpj: supplier,
      item_code: code,
      unit,
    });
  });
  await rejudgeSuppliers(ports, company, [supplier], code);
}
