/** How the storage of a running service may fail. */
export type StorageFaultKind = "gone" | "damaged";

/**
 * The database is not what it was. `message` is for the operator (Portuguese): it names the file and the command that repairs
 * it, and goes into the log and to the terminal, never into an answer. Between threads only name, message and code are sent.
 */
export class StorageFault extends Error {
  readonly code: string;

  constructor(kind: StorageFaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StorageFault";
    this.code = CODES[kind];
  }
}

const CODES = { gone: "STORAGE_GONE", damaged: "STORAGE_DAMAGED" } as const;

/**
 * SQLite's codes for a damaged database, and for a read, a write or a sync that failed. Not SQLITE_IOERR alone, or of the
 * shared memory: a full disk gives that too (writing-connection.ts tells them apart).
 */
const DAMAGED =
  /^(?:STORAGE_DAMAGED|SQLITE_CORRUPT.*|SQLITE_NOTADB|SQLITE_CANTOPEN.*|SQLITE_IOERR_(?:SHORT_READ|READ|WRITE|FSYNC|DIR_FSYNC|FSTAT|TRUNCATE|CORRUPTFS|DATA|IN_PAGE))$/;
const GONE = /^(?:STORAGE_GONE|SQLITE_READONLY_DBMOVED)$/;
/** May be temporary: too many open files, or a folder that could not be read for a moment. */
const MAY_PASS = /^SQLITE_CANTOPEN/;

/** A storage fault that was found in an error. */
export interface DetectedFault {
  readonly kind: StorageFaultKind;
  readonly message: string;
  readonly code: string;
  /** The next try may succeed. */
  readonly mayPass: boolean;
  /** The message is already the sentence of a StorageFault, also from another thread or as a cause. */
  readonly hasSentence: boolean;
}

/** The storage fault in an error or in its causes; null where there is none. */
export function storageFaultOf(error: unknown): DetectedFault | null {
  let next = error;
  for (let n = 0; next instanceof Error && n < 5; n += 1) {
    const { message } = next;
    const code = "code" in next && typeof next.code === "string" ? next.code : "";
    const met = {
      message,
      code,
      mayPass: MAY_PASS.test(code),
      hasSentence: next.name === "StorageFault",
    };
    if (GONE.test(code)) return { kind: "gone", ...met };
    if (DAMAGED.test(code)) return { kind: "damaged", ...met };
    next = next.cause;
  }
  return null;
}
