import { eq, type InferSelectModel } from "drizzle-orm";
import { audit, bumpTags } from "../../journal/record.ts";
import { tagVersions } from "../../journal/versions.ts";
import { parameters } from "../../lib/parameters.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { ALWAYS, type Guard, type Row, type Statement, type Value } from "../../ports/sql.ts";
import type { UserCause } from "../actor.ts";
import { authCache } from "../auth-cache.ts";
import type { Settings } from "../company.ts";
import type { AccountsFailure } from "../failures.ts";
import { companies } from "../tables.ts";
import { NO_TAX_PROFILE } from "../tax-profile.ts";

/** A change of settings; absent members stay as they are. CNPJs upper case, without mask, verified. */
export type SettingsChange = Partial<
  Omit<Settings, "company" | "units" | "version" | "taxProfile" | "taxProfileVersion">
>;

/**
 * The settings of a company, from memory while its `settings` cache version is unchanged.
 * `seen` is that version when the caller has just read it (`authenticate` has); without it one small read is made.
 */
export async function settingsOf(
  ports: Pick<Ports, "config" | "reader" | "read">,
  company: number,
  seen?: number,
): Promise<Settings> {
  const { settings: memory } = authCache(ports);
  const version = seen ?? (await tagVersions(ports, company)).settings;
  const known = memory.get(company);
  if (known?.seen === version) return known.settings;
  const [row] = await ports.read.select().from(companies).where(eq(companies.id, company));
  if (row === undefined) throw new Error(`no company ${company}`);
  const settings = settingsFrom(row);
  memory.set(company, { settings, seen: version });
  return settings;
}

function settingsFrom(row: InferSelectModel<typeof companies>): Settings {
  return {
    company: row.id,
    name: row.name,
    cnpjs: row.cnpjs,
    environment: row.environment,
    timeZone: row.timeZone,
    autoApprove: row.autoApprove,
    overridableHolds: row.overridableHolds,
    requireSignature: row.requireSignature,
    requireMapping: row.requireMapping,
    allowNegative: row.allowNegative,
    costRisePercent: row.costRisePercent,
    heldDays: row.heldDays,
    units: row.units,
    taxProfile: row.taxProfile ?? NO_TAX_PROFILE,
    taxProfileVersion: row.taxProfileVersion,
    version: row.settingsVersion,
  };
}

/**
 * Statements that change only the given members, so that concurrent changes of different members both count; they raise the
 * settings' version, bump the cache tag and write an audit line (without the company's name). The first returns a row where it
 * has changed the settings: with `expected` only those of that version.
 */
export function changeSettings(
  change: SettingsChange,
  cause: UserCause,
  nowMs: number,
  expected: number | null,
): Statement[] {
  const company = cause.actor.company;
  // The statement directly before has changed a row: the tag after the company, and the audit line after the tag.
  const written: Guard =
    expected === null ? ALWAYS : { sql: "select 1 where changes() > 0", args: [] };
  const flag = (value: boolean | undefined) => (value === undefined ? null : Number(value));
  const list = (value: readonly string[] | undefined) =>
    value === undefined ? null : JSON.stringify(value);
  return [
    {
      sql: `update companies set
          name = coalesce(?2, name), cnpjs = coalesce(?3, cnpjs), environment = coalesce(?4, environment),
          time_zone = coalesce(?5, time_zone), auto_approve = coalesce(?6, auto_approve),
          overridable_holds = coalesce(?7, overridable_holds),
          require_signature = coalesce(?8, require_signature),
          require_mapping = coalesce(?9, require_mapping), allow_negative = coalesce(?10, allow_negative),
          cost_rise_percent = coalesce(?13, cost_rise_percent), held_days = coalesce(?14, held_days),
          settings_version = settings_version + 1, updated_at = ?11
        where id = ?1 and (?12 is null or settings_version = ?12)
        returning id`,
      args: [
        company,
        change.name ?? null,
        list(change.cnpjs),
        change.environment ?? null,
        change.timeZone ?? null,
        flag(change.autoApprove),
        list(change.overridableHolds),
        flag(change.requireSignature),
        flag(change.requireMapping),
        flag(change.allowNegative),
        nowMs,
        expected,
        change.costRisePercent ?? null,
        change.heldDays ?? null,
      ],
    },
    bumpTags(company, ["settings"], written),
    audit(
      cause,
      nowMs,
      {
        action: "company.update",
        entity: "company",
        id: String(company),
        detail: { ...change, ...(change.name === undefined ? {} : { name: "changed" }) },
      },
      written,
    ),
  ];
}

/**
 * Changes the settings of the actor's company and returns the new ones. A change without a difference writes nothing.
 * The caller must then judge the waiting notes again (ingest/judge/rejudge.ts). With `expected`, the version that the caller has
 * read, it fails with `company.changed` where another change came first.
 */
export async function applySettings(
  ports: Pick<Ports, "config" | "reader" | "read" | "writer" | "clock">,
  change: SettingsChange,
  cause: UserCause,
  expected: number | null = null,
): Promise<Settings> {
  const before = await settingsOf(ports, cause.actor.company);
  const changed = () => new Failed<AccountsFailure>({ code: "company.changed" });
  if (expected !== null && expected !== before.version) throw changed();
  const given = Object.fromEntries(Object.entries(change).filter(([, v]) => v !== undefined));
  if (JSON.stringify({ ...before, ...given }) === JSON.stringify(before)) return before;
  const statements = changeSettings(change, cause, ports.clock.now(), expected);
  const read = ([rows]: readonly Row[][]) => rows?.[0] !== undefined;
  if (!(await ports.writer.commit({ statements, read }))) throw changed();
  return settingsOf(ports, cause.actor.company);
}

/**
 * The statement that replaces the company's spellings of units while its settings are those given and `guard` selects a row;
 * it returns a row where it does. `changed(n)` is the guard of what follows in the batch; its parameters come after `n` others.
 */
export function changeUnitSpellings(
  { company, version }: Settings,
  units: Settings["units"],
  nowMs: number,
  guard: Guard,
): { statement: Statement; changed: (first: number) => Guard } {
  const { args, add } = parameters<Value>(guard.args);
  const json = JSON.stringify(units);
  return {
    statement: {
      sql: `update companies set units = ${add(json)}, settings_version = settings_version + 1, updated_at = ${add(nowMs)}
        where id = ${add(company)} and settings_version = ${add(version)} and exists (${guard.sql})
        returning id`,
      args,
    },
    changed: (first) => ({
      sql: `select 1 from companies where id = ?${first + 1} and settings_version = ?${first + 2} and units = ?${first + 3}`,
      args: [company, version + 1, json],
    }),
  };
}
