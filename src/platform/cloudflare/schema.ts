import type { InStatement } from "@libsql/client/http";
import journal from "../../../migrations/meta/_journal.json";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Ports } from "../../ports/ports.ts";
import type { RemoteDatabase } from "../libsql/remote-database.ts";
import { rowsOf } from "../libsql/rows.ts";

/** The newest migration that this code was written for, by drizzle's clock. */
const NEWEST = Math.max(...journal.entries.map(({ when }) => when));

/** How long a schema that is too old is believed to be so: each request that asks meanwhile is refused without a query. */
const BELIEVED_MS = 1_000;
const RETRY_AFTER_S = 30;

/** The ways to a database that a Worker takes. */
export interface DatabaseClients extends Pick<RemoteDatabase, "reading" | "writing"> {
  readonly drizzleClient: Pick<RemoteDatabase["drizzleClient"], "execute" | "batch">;
}

/**
 * The database behind a look at its migrations: once they are seen to be those of this code, or newer, an isolate never looks
 * again. A Worker migrates nothing (src/tools/migrate.ts does), so a deploy that came before its migration would fail somewhere, at
 * the first column that is not there; so it fails everywhere, with PlatformFailure `storage.outdated`, and the log says what
 * to run. What the look itself meets is thrown as any read's.
 */
export function withSchemaCheck(
  { reading, writing, drizzleClient }: DatabaseClients,
  { log, clock }: Pick<Ports, "log" | "clock">,
): DatabaseClients {
  let current = false;
  let believedUntil = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    if (clock.now() < believedUntil) throw outdated();
    const found = await newestIn(drizzleClient);
    current = found >= NEWEST;
    if (current) return;
    believedUntil = clock.now() + BELIEVED_MS;
    log("error", "schema.outdated", { found, wanted: NEWEST, run: "bun run db:migrate" });
    throw outdated();
  }

  /** No promise is kept from one request to another: one may end while the other waits for what it began. */
  async function then<T>(ask: () => Promise<T>): Promise<T> {
    if (!current) await look();
    return ask();
  }

  return {
    reading: { execute: (statement, signal) => then(() => reading.execute(statement, signal)) },
    writing: { batch: (statements, mode) => then(() => writing.batch(statements, mode)) },
    drizzleClient: {
      execute: (statement: InStatement) => then(() => drizzleClient.execute(statement)),
      batch: (statements, mode) => then(() => drizzleClient.batch(statements, mode)),
    },
  };
}

/** The newest migration in the database, by drizzle's clock; 0 when there was never one. */
async function newestIn(drizzleClient: DatabaseClients["drizzleClient"]): Promise<number> {
  try {
    const [row] = rowsOf(await drizzleClient.execute(APPLIED));
    return Number(row?.newest ?? 0);
  } catch (error) {
    if (error instanceof Error && error.message.includes("no such table")) return 0;
    throw error;
  }
}

const APPLIED = "select max(created_at) newest from __drizzle_migrations";

const outdated = () =>
  new Failed<PlatformFailure>({ code: "storage.outdated", retryAfterS: RETRY_AFTER_S });
