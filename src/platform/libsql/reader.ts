import type { Client, InStatement } from "@libsql/client";
import type { LibSQLDatabase } from "drizzle-orm/libsql";
import { drizzle } from "drizzle-orm/libsql/http";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import type { Reader } from "../../ports/sql.ts";
import { readRetry } from "../../resilience/policies.ts";
import { storageFaultOf } from "../../resilience/storage-fault.ts";
import { isShed, isTransient, refusalOf } from "../../resilience/transient-faults.ts";
import { rowsOf, type StatementResult } from "./rows.ts";

/** What reads go through. A remote one ends its request when the signal aborts; a local call cannot be cut. */
export interface ReadClient {
  execute(statement: InStatement, signal?: AbortSignal): Promise<StatementResult>;
}

/**
 * Ports.Reader over the client that reads. The signal is looked at before each try.
 * Fails with PlatformFailure `overloaded` when the weather outlasts the retries, `not_configured` when the server does not
 * let us in, `storage.damaged` or `storage.gone` when the storage has failed.
 */
export function clientReader(client: ReadClient): Reader {
  return {
    rows: async ({ sql, args }, signal) =>
      rowsOf(
        await patiently(() => {
          signal?.throwIfAborted();
          return client.execute({ sql, args: [...args] }, signal);
        }, signal),
      ),
  };
}

/** Ports.read over the same way; what fails comes wrapped in drizzle's error, as its cause. */
export function drizzleReads(client: Pick<Client, "execute" | "batch">): LibSQLDatabase {
  const patient: Pick<Client, "execute" | "batch"> = {
    execute: (statement: InStatement) => patiently(() => client.execute(statement)),
    batch: (statements, mode) => patiently(() => client.batch(statements, mode)),
  };
  // For reads drizzle calls nothing else; a call of another method would be a crash, and no reading.
  return drizzle(trusted<Client>(patient));
}

/** The first try goes without a policy: it nearly always answers, and a local one in microseconds. */
async function patiently<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isTransient(error)) throw said(error);
    if (isShed(error)) throw overloaded(error);
  }
  try {
    return await readRetry.execute(ask, signal);
  } catch (error) {
    throw isTransient(error) ? overloaded(error) : said(error);
  }
}

/** A storage that has failed, or a server that does not let us in, as a failure of ports.ts; any other fault stays. */
function said(error: unknown): unknown {
  const fault = storageFaultOf(error);
  if (fault !== null)
    return new Failed<PlatformFailure>({ code: `storage.${fault.kind}` }, { cause: error });
  const why = refusalOf(error);
  return why === null
    ? error
    : new Failed<PlatformFailure>({ code: "not_configured", why }, { cause: error });
}

const overloaded = (cause: unknown) =>
  new Failed<PlatformFailure>({ code: "overloaded", what: "reader", retryAfterS: 1 }, { cause });
