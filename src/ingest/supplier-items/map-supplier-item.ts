import type { UserCause } from "../../accounts/actor.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import type { NewFeedEvent } from "../../journal/feed-events.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { StockFailure } from "../../stock/failures.ts";
import { type Factor, factorText } from "../../stock/supplier-items/factor.ts";
import { type SupplierItem, saveMapping } from "../../stock/supplier-items/supplier-items.ts";
import { type UnitSpellings, unitKey } from "../../stock/supplier-items/unit.ts";
import { rejudgeSuppliers } from "../judge/rejudge.ts";

/** What a user says of a supplier's item; `spelling` counts while it still means the unit. */
export interface WantedMapping {
  readonly supplier: string;
  readonly code: string;
  readonly unit: string;
  readonly spelling: string | null;
  readonly product: string;
  readonly factor: Factor;
}

/**
 * Maps a supplier's item to a product with a factor, and judges the notes again that wait for this mapping.
 * Postings made before stay as they are. Fails with `product.not_found`.
 */
export async function mapSupplierItem(
  ports: Ports,
  wanted: WantedMapping,
  cause: UserCause,
): Promise<SupplierItem> {
  const { company } = cause.actor;
  const item = await optimistic(() => commitMapping(ports, wanted, cause));
  await rejudgeSuppliers(ports, company, [item.supplier], null);
  return item;
}

/** The supplier item that is wanted, under the company's units. */
export function wantedItem(wanted: WantedMapping, units: UnitSpellings): SupplierItem {
  const unit = unitKey(wanted.unit, units);
  const spelled = wanted.spelling !== null && unitKey(wanted.spelling, units) === unit;
  return { ...wanted, unit, spelling: spelled ? wanted.spelling : wanted.unit };
}

async function commitMapping(ports: Ports, wanted: WantedMapping, cause: UserCause) {
  const { company } = cause.actor;
  const settings = await settingsOf(ports, company);
  const item = wantedItem(wanted, settings.units);
  const at = ports.clock.now();
  const sameUnits = unitsAreThose(company, settings.version);
  const known: Guard = {
    sql: `select 1 from products where company = ?1 and code = ?3 and active = 1 and exists (${sameUnits.sql})`,
    args: [...sameUnits.args, item.product],
  };
  const outcome = await ports.writer.commit({
    statements: [
      bumpTags(company, ["supplier_items"], mappingDiffers(item, known)),
      appendEvents(company, at, [changedEvent(item)], mappingDiffers(item, known)),
      saveMapping(company, item, at, known),
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
      { sql: sameUnits.sql, args: [...sameUnits.args] },
    ],
    read: ([, , saved = [], , same = []]) => ({ saved: saved.length > 0, same: same.length > 0 }),
  });
  if (outcome.saved) return item;
  if (!outcome.same) return CHANGED;
  throw new Failed<StockFailure>({ code: "product.not_found", product_code: item.product });
}

const changedEvent = ({ supplier, code, unit, product, factor }: SupplierItem): NewFeedEvent => ({
  type: "supplier_item.changed",
  payload: {
    supplier_cnpj: supplier,
    code,
    unit,
    product_code: product,
    factor: factorText(factor),
  },
});

/** Selects a row while the company's settings, and so its units, are those of this version. */
export const unitsAreThose = (company: number, version: number): Guard => ({
  sql: "select 1 from companies where id = ?1 and settings_version = ?2",
  args: [company, version],
});

/** Selects a row where the mapping differs from the stored one. Must run before the mapping is saved. */
const mappingDiffers = (
  { supplier, code, unit, factor, spelling }: SupplierItem,
  known: Guard,
): Guard => ({
  sql: `${known.sql} and not exists (
      select 1 from supplier_items
      where company = ?1 and supplier = ?4 and code = ?5 and unit = ?6 and product = ?3 and factor_e4 = ?7
        and factor_divisor = ?8 and spelling is ?9
    )`,
  args: [...known.args, supplier, code, unit, factor.e4, factor.divisor, spelling],
});
