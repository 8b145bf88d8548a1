import type { MailboxFailure } from "./mailbox.ts";

/** How the platform may fail a caller. `retryAfterS` goes into the header Retry-After. */
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
  /** A user or an API key uses its whole share; others may still be served. */
  | {
      code: "share_exceeded";
      what: "requests" | "bodies" | "streams" | "downloads";
      limit: number;
      retryAfterS: number;
    }
  | { code: "storage.full" }
  /** The database is not the one of this installation: it was removed, replaced, emptied, or is older. Nothing was acknowledged. */
  | { code: "storage.gone" }
  /** The database's file is damaged, or cannot be read or written. Nothing was acknowledged. */
  | { code: "storage.damaged" }
  /** The database lacks migrations that this code was written for. */
  | { code: "storage.outdated"; retryAfterS: number }
  /** The file system, or the database itself, does not let us write. */
  | { code: "storage.read_only" }
  /**
   * The configuration is not complete, or the database refuses it (`why`); the log names what is missing, or the refusal.
   */
  | { code: "not_configured"; why?: string }
  /** The time of the request was over; its write may be stored or not. */
  | { code: "deadline" }
  /** The connection was lost while a batch was sent: whether it was written is unknown. */
  | { code: "storage.unknown" }
  /** A constraint of the database refused the batch; no guard had checked it before. */
  | { code: "storage.rejected"; constraint: string }
  /** Stored bytes that no longer have their SHA-256. */
  | { code: "original.damaged"; sha256: string }
  /** A stored file, or a part of it, that is no longer what was written. */
  | { code: "file.damaged"; file: string }
  | MailboxFailure
  | { code: "profiler.busy" };
