import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { changeUnitSpellings, settingsOf } from "../../accounts/settings/settings.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import type { SupplierItemFailure } from "../../stock/failures.ts";
import {
  contradictingItems,
  movesAreWhole,
  moveUnits,
  unitMoves,
} from "../../stock/supplier-items/rekey-units.ts";
import type { UnitSpellings } from "../../stock/supplier-items/unit.ts";

/**
 * Replaces the company's spellings of units. Supplier items move to the unit that their spelling then means, in the same batch;
 * the caller must judge the waiting notes again. A list without a difference writes nothing.
 * Fails with `units.conflict` where two mappings of one code would become one unit with two products or factors.
 */
export async function changeUnits(
  ports: Ports,
  units: UnitSpellings,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<Settings> {
  const { company } = cause.actor;
  return optimistic(async () => {
    const settings = await settingsOf(ports, company);
    if (sameSpellings(settings.units, units)) return settings;
    const moves = await unitMoves(ports, company, units, signal);
    const items = await contradictingItems(ports, company, moves, signal);
    if (items.length > 0) throw new Failed<SupplierItemFailure>({ code: "units.conflict", items });
    const at = ports.clock.now();
    const change = changeUnitSpellings(settings, units, at, movesAreWhole(company, moves));
    const moving = moves.some(({ unit, to }) => unit !== to);
    const done = await ports.writer.commit(
      {
        statements: [
          change.statement,
          ...(moving ? moveUnits(company, moves, change.changed) : []),
          bumpTags(company, ["settings", "supplier_items"], change.changed(0)),
          audit(
            cause,
            at,
            {
              action: "company.units",
              entity: "company",
              id: String(company),
              detail: { spellings: Object.keys(units).length },
            },
            change.changed(0),
          ),
        ],
        read: ([rows]) => rows !== undefined && rows.length > 0,
      },
      signal,
    );
    return done ? settingsOf(ports, company) : CHANGED;
  });
}

const sameSpellings = (a: UnitSpellings, b: UnitSpellings): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
