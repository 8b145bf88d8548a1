/** What may have become of the database beneath a service. */
export type StorageFaultKind = "gone" | "damaged";

/**
 * The database is not what it was. `message` is for whoever operates the service (Portuguese): it names the file and the
 * command that mends it, and goes into the log and to the terminal, never into an answer. It travels between threads as
 * name, message and code.
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
 * SQLite's own words for it: also a read, a write or a sync that failed. SQLITE_IOERR alone, or over the shared memory, is
 * none: a full disk says so too (the connection that writes tells them apart).
 */
const DAMAGED =
  /^(?:STORAGE_DAMAGED|SQLITE_CORRUPT.*|SQLITE_NOTADB|SQLITE_CANTOPEN.*|SQLITE_IOERR_(?:SHORT_READ|READ|WRITE|FSYNC|DIR_FSYNC|FSTAT|TRUNCATE|CORRUPTFS|DATA|IN_PAGE))$/;
const GONE = /^(?:STORAGE_GONE|SQLITE_READONLY_DBMOVED)$/;
/** What may pass: too many files were open, or a folder could not be read for a moment. */
const MAY_PASS = /^SQLITE_CANTOPEN/;

/** What an error says of the storage. */
export interface DetectedFault {
  readonly kind: StorageFaultKind;
  readonly message: string;
  readonly code: string;
  /** It may be over at the next try. */
  readonly mayPass: boolean;
  /** The message is a StorageFault's sentence already, also one that came from another thread, or within another error. */
  readonly hasSentence: boolean;
}

/** The fault that an error, or what caused it, tells of; null for any other. */
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
