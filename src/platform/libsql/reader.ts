import type { Client, InStatement } from "@libsql/client";
import { LibSQLDatabase } from "drizzle-orm/libsql/driver-core";
import { LibSQLSession } from "drizzle-orm/libsql/session";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { PlatformFailure } from "../../ports/failures.ts";
import { type Reader, readerOf } from "../../ports/sql.ts";
import { readRetry } from "../../resilience/policies.ts";
import { storageFaultOf } from "../../resilience/storage-fault.ts";
import { isShed, isTransient, refusalOf } from "../../resilience/transient-faults.ts";
import { rowsOf, type StatementResult } from "./rows.ts";

/** A client that reads. A remote one ends its request when the signal aborts; a local call cannot be aborted. */
export interface ReadClient {
  execute(statement: InStatement, signal?: AbortSignal): Promise<StatementResult>;
}

/**
 * Ports.Reader over a client; `long`: what reads a single row beside the event loop. The signal is checked before each try.
 * Fails with PlatformFailure `overloaded` when a transient fault outlasts the retries, `not_configured` when the server
 * refuses us, `storage.damaged` or `storage.gone` when the storage has failed.
 */
export function clientReader(client: ReadClient, long?: Pick<Reader, "single">): Reader {
  const rows: Reader["rows"] = async ({ sql, args }, signal) =>
    rowsOf(
      await withRetries(() => {
        signal?.throwIfAborted();
        return client.execute({ sql, args: [...args] }, signal);
      }, signal),
    );
  if (long === undefined) return readerOf({ rows });
  return {
    rows,
    single: (statement, signal) => withRetries(() => long.single(statement, signal), signal),
  };
}

/** What drizzle's reads are asked of: the values of each row in the order of its columns. */
export interface DrizzleClient {
  execute(statement: InStatement): Promise<{ readonly rows: readonly ArrayLike<unknown>[] }>;
}

type NoSchema = Record<string, never>;

/** Ports.read with the same retries; drizzle wraps an error and keeps it as the cause. */
export function drizzleReads(client: DrizzleClient): LibSQLDatabase {
  const retrying: DrizzleClient = {
    execute: (statement: InStatement) => withRetries(() => client.execute(statement)),
  };
  // For reads drizzle calls nothing else; any other method would crash. Its own function brings @libsql/client with it.
  const dialect = new SQLiteAsyncDialect();
  const session = new LibSQLSession<NoSchema, NoSchema>(
    trusted<Client>(retrying),
    dialect,
    undefined,
    {},
    undefined,
  );
  return new LibSQLDatabase<NoSchema>("async", dialect, session, undefined);
}

/** The first try goes without a policy: it nearly always succeeds, and a local one takes microseconds. */
async function withRetries<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isTransient(error)) throw platformError(error);
    if (isShed(error)) throw overloaded(error);
  }
  try {
    return await readRetry.execute(ask, signal);
  } catch (error) {
    throw isTransient(error) ? overloaded(error) : platformError(error);
  }
}

/** A storage fault or a refusal of the server as a PlatformFailure; any other error is unchanged. */
function platformError(error: unknown): unknown {
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
