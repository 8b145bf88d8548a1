import { audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { UserCause } from "../actor.ts";
import type { Settings } from "../company.ts";
import type { AccountsFailure } from "../failures.ts";
import type { TaxProfile } from "../tax-profile.ts";
import { settingsOf } from "./settings.ts";

/**
 * Replaces the tax profile of the actor's company where it still has the version that the caller has seen, and returns the new
 * settings. A profile that stands already, under this version or the next, writes nothing: the request was sent again.
 * Raises the settings' version too, so that waiting notes are judged again (ingest/judge/rejudge.ts, by the caller) and no approval
 * is written with the earlier profile. Fails with `company.tax_profile_changed`.
 */
export async function changeTaxProfile(
  ports: Pick<Ports, "config" | "reader" | "read" | "writer" | "clock">,
  profile: TaxProfile,
  seen: number,
  cause: UserCause,
): Promise<Settings> {
  const { company } = cause.actor;
  const before = await settingsOf(ports, company);
  const json = JSON.stringify(profile);
  const isSame = before.taxProfileVersion > 0 && JSON.stringify(before.taxProfile) === json;
  if (isSame && (before.taxProfileVersion === seen || before.taxProfileVersion === seen + 1))
    return before;
  const now = ports.clock.now();
  // The guarded statements come before the one that raises the version.
  const guard = {
    sql: "select 1 from companies where id = ?1 and tax_profile_version = ?2",
    args: [company, seen],
  };
  const won = await ports.writer.commit({
    statements: [
      bumpTags(company, ["settings"], guard),
      audit(
        cause,
        now,
        {
          action: "company.tax_profile",
          entity: "company",
          id: String(company),
          detail: { version: seen + 1, profile },
        },
        guard,
      ),
      {
        sql: `update companies set tax_profile = ?3, tax_profile_version = tax_profile_version + 1,
            settings_version = settings_version + 1, updated_at = ?4
          where id = ?1 and tax_profile_version = ?2 returning id`,
        args: [company, seen, json, now],
      },
    ],
    read: ([, , rows]) => rows?.length === 1,
  });
  const after = await settingsOf(ports, company);
  if (won) return after;
  throw new Failed<AccountsFailure>({
    code: "company.tax_profile_changed",
    version: after.taxProfileVersion,
  });
}
