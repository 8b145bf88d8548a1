import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { StorageFault } from "../../../resilience/storage-fault.ts";
import type { SeenFile } from "../../installation.ts";
import { type Connection, openConnection } from "./connection.ts";
import { watchFiles } from "./file-watch.ts";

/** A connection that also tells whether the files beneath it are still those that it has open. */
export interface WritingConnection extends Connection {
  /** Gives the file as it is, or null where nobody watches it; rejects with StorageFault. */
  inspect(): Promise<SeenFile | null>;
}

/**
 * A connection that looks at its files before whatever it writes, and again before it says that it is written: into a file
 * that was removed, replaced or cut nothing is acknowledged, though SQLite would write on. Fails with StorageFault then, and
 * for a disk that cannot be read or written and has room.
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
      // What SQLite says of a file that was changed beneath it is a guess; the look is not.
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

/** With less room than this an error of the disk is told as what it probably is: full. */
const ROOM_BYTES = 1 << 20;

function isOfTheDisk(error: unknown, path: string): boolean {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return false;
  if (!error.code.startsWith("SQLITE_IOERR")) return false;
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize > ROOM_BYTES;
}

const unreadable = (path: string, cause: unknown) =>
  new StorageFault(
    "damaged",
    `Falha do disco ao ler ou gravar o banco de dados: ${path}. Confira o disco; se for preciso, restaure uma cópia: sge restore CÓPIA --force`,
    { cause },
  );
