import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StorageFault } from "../../../resilience/storage-fault.ts";
import type { SeenFile } from "../../installation.ts";
import { type Connection, openConnection } from "./connection.ts";
import { watchFiles } from "./file-watch.ts";

/** A connection that also checks that its files are still the ones that it opened. */
export interface WritingConnection extends Connection {
  /** The state of the file, or null where it is not watched; rejects with StorageFault. */
  inspect(): Promise<SeenFile | null>;
}

/**
 * A connection that checks its files before each write, and again before the acknowledgement: a write into a file that was
 * removed, replaced or cut is not acknowledged, although SQLite would continue. It then fails with StorageFault, as it does for a
 * disk that has free space and cannot be read or written.
 */
export function openWriting(path: string, pragmas: string): WritingConnection {
  const watch = watchFiles(path);
  const between = async <T>(act: () => Promise<T>): Promise<T> => {
    watch.check();
    try {
      const done = await act();
      watch.check();
      return done;
    } catch (error) {
      // SQLite's error for a file that was changed under it may be misleading; the check is not.
      watch.check();
      throw isOfTheDisk(error, path) ? unreadable(path, error) : error;
    }
  };
  let connection: Connection;
  try {
    connection = openConnection(path, pragmas);
    watch.check();
  } catch (error) {
    watch.close();
    throw error;
  }
  return {
    execute: (statement) => between(() => connection.execute(statement)),
    batch: (statements, mode) => between(() => connection.batch(statements, mode)),
    executeMultiple: (sql) => between(() => connection.executeMultiple(sql)),
    inspect: async () => watch.check(),
    async close() {
      await connection.close();
      watch.close();
    },
  };
}

/** With less free space than this an I/O error probably means a full disk. */
const FREE_BYTES = 1 << 20;

function isOfTheDisk(error: unknown, path: string): boolean {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return false;
  if (!error.code.startsWith("SQLITE_IOERR")) return false;
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize > FREE_BYTES;
}

const unreadable = (path: string, cause: unknown) =>
  new StorageFault(
    "damaged",
    `Falha do disco ao ler ou gravar o banco de dados: ${path}. Confira o disco; se for preciso, restaure uma cópia: sge restore CÓPIA --force`,
    { cause },
  );
