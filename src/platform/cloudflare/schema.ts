import type { InStatement } from "@libsql/client";
import journal from "../../../migrations/meta/_journal.json";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { FIRST_HOME } from "../../ports/homes.ts";
import type { Ports } from "../../ports/ports.ts";
import type { RemoteDatabase } from "../libsql/remote-database.ts";
import { rowsOf } from "../libsql/rows.ts";

/** The timestamp of the newest migration of this code (drizzle's `when`). */
const NEWEST = Math.max(...journal.entries.map(({ when }) => when));

/** How long an outdated schema is remembered: requests within that time are refused without a query. */
const OUTDATED_MS = 1_000;
const RETRY_AFTER_S = 30;

/** What a Worker asks its database through. */
export type DatabaseClients = Pick<RemoteDatabase, "reading" | "writing" | "drizzleClient">;

/**
 * The database behind a check of its migrations: once they are those of this code, or newer, an isolate does not check again. A
 * Worker migrates nothing (src/tools/migrate.ts does). A deploy before its migration would fail only at the first missing
 * column; with the check every request fails with PlatformFailure `storage.outdated`, and the log says what to run. Errors of
 * the check itself are thrown as those of any read. `homes`: the names of further databases; where a company of this one's
 * directory lives in another one, every request fails with `not_configured`.
 */
export function withSchemaCheck(
  { reading, writing, drizzleClient }: DatabaseClients,
  { log, clock }: Pick<Ports, "log" | "clock">,
  homes: readonly string[] = [],
): DatabaseClients {
  let current = false;
  let outdatedUntil = Number.NEGATIVE_INFINITY;

  async function check(): Promise<void> {
    if (clock.now() < outdatedUntil) throw outdated();
    const found = await newestIn(reading);
    if (found >= NEWEST) await mustKnowAll(reading, homes, log);
    current = found >= NEWEST;
    if (current) return;
    outdatedUntil = clock.now() + OUTDATED_MS;
    log("error", "schema.outdated", { found, wanted: NEWEST, run: "bun run db:migrate" });
    throw outdated();
  }

  /** Requests share no promise: one request may end while another waits for what it began. */
  async function checked<T>(ask: () => Promise<T>): Promise<T> {
    if (!current) await check();
    return ask();
  }

  return {
    reading: { execute: (statement, signal) => checked(() => reading.execute(statement, signal)) },
    writing: { batch: (statements, mode) => checked(() => writing.batch(statements, mode)) },
    drizzleClient: {
      execute: (statement: InStatement) => checked(() => drizzleClient.execute(statement)),
    },
  };
}

/** The timestamp of the newest migration in the database (drizzle's `when`); 0 when there was none. */
async function newestIn(reading: DatabaseClients["reading"]): Promise<number> {
  try {
    const [row] = rowsOf(await reading.execute(APPLIED));
    return Number(row?.newest ?? 0);
  } catch (error) {
    if (error instanceof Error && error.message.includes("no such table")) return 0;
    throw error;
  }
}

/** Without a company's home its requests would be answered from an empty place. */
async function mustKnowAll(
  reading: DatabaseClients["reading"],
  homes: readonly string[],
  log: Ports["log"],
): Promise<void> {
  const rows = rowsOf(await reading.execute(ELSEWHERE));
  const unknown = rows
    .map(({ home }) => String(home))
    .filter((home) => home !== FIRST_HOME && !homes.includes(home));
  if (unknown.length === 0) return;
  log("error", "not_configured", { why: `DATABASE_URLS: ${unknown.join(", ")}` });
  throw new Failed<PlatformFailure>({ code: "not_configured" });
}

const ELSEWHERE = "select distinct home from companies where home is not null";
const APPLIED = "select max(created_at) newest from __drizzle_migrations";

const outdated = () =>
  new Failed<PlatformFailure>({ code: "storage.outdated", retryAfterS: RETRY_AFTER_S });
