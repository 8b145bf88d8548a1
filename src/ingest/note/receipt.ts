import type { Cause } from "../../accounts/actor.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Finding } from "../../nfe/document.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import type { Hold } from "../verdict/failures.ts";
import type { Direction } from "../verdict/verdict.ts";

/** What became of a note that was sent. */
export interface NoteReceipt {
  readonly accessKey: string;
  readonly totalItems: number;
  readonly status: NoteStatus;
  readonly direction: Direction;
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
  /** The note was known without its protocol, which this document brought. */
  readonly completed: boolean;
}

export interface KeepOptions {
  readonly sha256: string;
  readonly cause: Cause;
  /** Null: as the company's `auto_approve` says. */
  readonly approve: boolean | null;
  /** The settings' version that this request has seen already; only the first attempt believes it. */
  readonly settingsSeen?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What else the batch that keeps the note writes; the guard selects a row only where that batch has won. */
  readonly along?: ((receipt: NoteReceipt, won: Guard) => readonly Statement[]) | undefined;
}
