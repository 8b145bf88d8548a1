import type { UserCause } from "../../accounts/actor.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import type { NoteReceipt } from "./receipt.ts";

/** Options of every flow of ingest. */
export interface FlowOptions {
  readonly cause: UserCause;
  readonly signal?: AbortSignal | undefined;
}

/** Options of a flow that registers notes. */
export interface RegisterOptions extends FlowOptions {
  /** Whether a note without holds is approved at once; null: as the company's `auto_approve` says. */
  readonly approve: boolean | null;
  /** The settings' version that this request has read already; only the first attempt relies on it. */
  readonly settingsSeen?: number | undefined;
  /** The key of the note that an earlier, interrupted sending of this document has registered, or completed: its receipt is given. */
  readonly resumed?: { readonly accessKey: string; readonly completed: boolean } | undefined;
  /** More statements for the batch that registers the note; the guard selects a row only in that batch. */
  readonly along?: ((receipt: NoteReceipt, guard: Guard) => readonly Statement[]) | undefined;
}
