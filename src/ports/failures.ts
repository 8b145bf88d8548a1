import type { MailboxFailure } from "./mailbox.ts";

/** How the world itself may fail a caller. `retryAfterS` is what the answer's Retry-After says. */
export type PlatformFailure =
  | {
      code: "overloaded";
      what:
        | "writer"
        | "reader"
        | "originals"
        | "files"
        | "documents"
        | "passwords"
        | "requests"
        | "streams"
        | "limits";
      retryAfterS: number;
    }
  /** A person (or a key) holds all that one may hold at a time; there is more for others. */
  | {
      code: "share_exceeded";
      what: "requests" | "bodies" | "streams" | "downloads";
      limit: number;
      retryAfterS: number;
    }
  | { code: "storage.full" }
  /** The database is not the one that was here: it was removed, replaced, emptied, or is older. Nothing was acknowledged. */
  | { code: "storage.gone" }
  /** The database's file is damaged, or cannot be read or written. Nothing was acknowledged. */
  | { code: "storage.damaged" }
  /** The database lacks migrations that this code was written for. */
  | { code: "storage.outdated"; retryAfterS: number }
  /** The file system, or the database itself, does not let us write. */
  | { code: "storage.read_only" }
  /**
   * The door was given no complete configuration, or one that the database refuses (`why`); what is missing, or who
   * refuses, stands in the log.
   */
  | { code: "not_configured"; why?: string }
  /** The time of the request was over; what it was to write may be written or not. */
  | { code: "deadline" }
  /** The connection fell while a batch was on its way: whether it was written, nobody can say. */
  | { code: "storage.unknown" }
  /** A constraint refused the batch: a promise of the database that no guard had foreseen. */
  | { code: "storage.rejected"; constraint: string }
  /** Kept bytes that are no longer those of their SHA-256. */
  | { code: "original.damaged"; sha256: string }
  /** A kept file, or a part of it, that is no longer what was put. */
  | { code: "file.damaged"; file: string }
  | MailboxFailure
  | { code: "profiler.busy" };
