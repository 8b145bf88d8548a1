import type { Settings } from "../../accounts/company.ts";
import { isRefusal, type Note, type Party } from "../../nfe/note.ts";
import type { SignatureCheck } from "../../nfe/signature/signer.ts";
import type { Kind } from "./cfop-table.ts";
import type { Standing } from "./event-standing.ts";
import type { HoldCode } from "./failures.ts";
import type { Direction } from "./verdict.ts";

/** What is known of a note beside its text. */
export interface Known {
  /** nItem of the items whose supplier code leads to no product yet. */
  readonly unmapped?: readonly number[];
  /** What the events received under its key say; absent: there are none. */
  readonly standing?: Standing;
  /** Null or absent: nobody has verified. */
  readonly signature?: SignatureCheck | null;
  /** A note that this one refers to is in our stock, as an entry. */
  readonly originalEntered?: boolean;
}

/**
 * What a rule looks at: a note, the company that holds it, and what is known beside. There is no clock among it. A rule that
 * asks how old something is compares times that the note itself tells (dhEmi, dhSaiEnt, dhRecbto, an event's time), so that
 * the same note gets the same verdict whenever it is judged; a rule that needs the day of receipt gets it in `Known`, as
 * the stored `received_at`, which a re-judgement does not change.
 */
export interface Case {
  readonly note: Note;
  readonly company: Settings;
  readonly known: Known;
  readonly emitIsUs: boolean;
  readonly destIsUs: boolean;
}

/** A case once it is known whose the note is and what each item is. */
export interface Judged extends Case {
  readonly direction: Direction;
  /** In the order of `note.items`. */
  readonly kinds: readonly Kind[];
}

/** What every row of the table has. */
export interface Named {
  readonly rule: string;
  /** Where it is written: schema, manual (MOC), technical note, agreement, or our own decision. */
  readonly source: string;
}

export interface NoteRule extends Named {
  readonly hold?: HoldCode;
  readonly finding?: { readonly code: string; readonly severity: "info" | "warning" };
  /** What was seen and what to do about it (Portuguese); null: the row does not apply. */
  readonly says: (seen: Judged) => string | { message: string; items: readonly number[] } | null;
}

/** Lays out a case; who emits or receives is us when its CNPJ (or CPF) is one that the company has told, all of it. */
export function caseOf(note: Note, company: Settings, known: Known): Case {
  const own = new Set(company.cnpjs);
  const isUs = (party: Party | null): boolean => {
    const id = party?.cnpj ?? party?.cpf ?? null;
    return id !== null && own.has(id);
  };
  return { note, company, known, emitIsUs: isUs(note.emit), destIsUs: isUs(note.dest) };
}

/** Whether the company has told any CNPJ. */
export const told = ({ company }: Case): boolean => company.cnpjs.length > 0;

/** Whether others take back, by a credit note, what was refused or not delivered and had never entered here. */
export const refusedUnseen = (seen: Case): boolean =>
  isRefusal(seen.note) &&
  !seen.emitIsUs &&
  (seen.destIsUs || !told(seen)) &&
  seen.known.originalEntered !== true;

/** Whether the emitter calls it an entry note (tpNF 0). */
export const isEntryNote = ({ note }: Case): boolean => note.ide.tpNF === "0";
