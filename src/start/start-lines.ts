import { ignoredSettings } from "../accounts/people/ignored-settings.ts";
import { filePath } from "../platform/bun/database/database.ts";
import type { BunPorts } from "../platform/bun/ports.ts";
import { VERSION } from "../version.ts";
import { unknownSettings } from "./unknown-settings.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The log lines of a start: `server.started` with version, mode, place of the database and migrations; and a warning for each
 * setting that is unused, or was assumed. No value of a setting that may be secret.
 */
export async function logStart(ports: BunPorts, env: Env, url: string): Promise<void> {
  const { log, config, upgrade } = ports;
  log("info", "server.started", {
    version: VERSION,
    mode: config.APP_ENV,
    url,
    ...databaseOf(config.DATABASE_URL),
    migrated: upgrade.migrations.length,
    pid: process.pid,
  });
  if (isEmpty(env.APP_ENV) && config.APP_ENV === "development")
    log("warn", "config.assumed", {
      name: "APP_ENV",
      value: config.APP_ENV,
      why: "HOST is loopback; behind a proxy set APP_ENV=production",
    });
  warnUnknownSettings(ports.log, env);
  const given = new Set(Object.keys(env).filter((name) => !isEmpty(env[name])));
  for (const name of await ignoredSettings(ports, given))
    log("warn", "config.ignored", {
      name,
      why: "read at the first run only, and this database has another value",
    });
}

/** Logs the copy that was made before an upgrade, and each applied migration, in their order. */
export function logUpgrade({ log, upgrade }: Pick<BunPorts, "log" | "upgrade">): void {
  if (upgrade.copy !== null) log("info", "database.copied", { to: upgrade.copy });
  if (upgrade.noRoom) log("warn", "database.not_copied", { why: "the disk has too little room" });
  for (const { tag, ms } of upgrade.migrations) log("info", "database.migrated", { tag, ms });
}

/** Logs a warning for each name that looks like a setting and is none. */
export function warnUnknownSettings(log: BunPorts["log"], env: Env): void {
  for (const { name, meant } of unknownSettings(env))
    log("warn", "config.unknown", { name, ...(meant === null ? {} : { meant }) });
}

/** Kind and place; of a server its host alone, because the rest may contain a token. */
function databaseOf(url: string): { database: string; path?: string; host?: string } {
  const path = filePath(url);
  if (path !== null) return { database: "file", path };
  return { database: "server", host: URL.canParse(url) ? new URL(url).host : "" };
}

const isEmpty = (value: string | undefined): boolean => value === undefined || value === "";
