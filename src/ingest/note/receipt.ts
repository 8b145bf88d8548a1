import type { NoteStatus } from "../../lib/note-status.ts";
import type { Original } from "../../lib/original.ts";
import type { Reading } from "../../nfe/document.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import type { TakenLot } from "../../stock/lots/keep-lots.ts";
import type { Hold } from "../verdict/failures.ts";
import type { Direction } from "../verdict/verdict.ts";
import type { Finding } from "./written-verdict.ts";

/** A note that was read, with the document that it was read from. One document may carry several notes. */
export interface ReceivedNote {
  readonly reading: Reading;
  readonly original: Original;
}

/** An event that was read, with the document that it was read from. */
export interface ReceivedEvent {
  readonly event: NfeEvent;
  readonly original: Original;
}

/** The state of a note after it was registered, completed or approved. */
export interface NoteReceipt {
  readonly accessKey: string;
  readonly totalItems: number;
  readonly status: NoteStatus;
  readonly direction: Direction;
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
  /** Of a note approved with its registration: what its exits took of lots; absent: of none. */
  readonly lots?: readonly TakenLot[];
  /** The note was stored without its protocol, which this document brought. */
  readonly completed: boolean;
  /** It is approved in a write of its own: what it does depends on the notes that it refers to. Absent: no. */
  readonly apart?: boolean;
  /** CNPJs of emitter and recipient, where neither is the company (hold `not_ours`). */
  readonly between?: readonly string[];
}
