import { and, asc, count, desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  nfeEvents,
  noteItems,
  noteReferences,
  notes,
  type StoredReference,
} from "../note/tables.ts";
import { conditionsOf, type NoteFilter } from "./note-filter.ts";

export type NoteRow = typeof notes.$inferSelect;
/** A note as a list shows it: without findings, rules and references. */
export type NoteSummary = Omit<NoteRow, "findings" | "rules" | "referenced">;
export type NoteItemRow = typeof noteItems.$inferSelect;
export type NfeEventRow = typeof nfeEvents.$inferSelect;

const condition = (company: number, filter: NoteFilter) => and(...conditionsOf(company, filter));

/** Those that have changed come in the order of their changes, the others newest first. */
const orderOf = ({ updatedAfter }: NoteFilter) =>
  updatedAfter === undefined ? [desc(notes.id)] : [asc(notes.updatedAt), asc(notes.id)];

const {
  findings: _findings,
  rules: _rules,
  referenced: _referenced,
  ...SUMMARY
} = getTableColumns(notes);

/** A page of notes, newest first (those that have changed: oldest change first), and how many match in all. */
export async function listNotes(
  ports: Pick<Ports, "read">,
  company: number,
  filter: NoteFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: NoteSummary[]; total: number }> {
  const where = condition(company, filter);
  const [counted] = await ports.read.select({ total: count() }).from(notes).where(where);
  const rows = await ports.read
    .select(SUMMARY)
    .from(notes)
    .where(where)
    .orderBy(...orderOf(filter))
    .limit(page.limit)
    .offset(page.offset);
  return { rows, total: counted?.total ?? 0 };
}

/** Notes of some days are found by the index of their days: the sign keeps SQLite from that of the ids. */
const older = ({ from, until }: NoteFilter, id: number) =>
  (from ?? until) === undefined ? lt(notes.id, id) : sql`+${notes.id} < ${id}`;

/** The notes that were registered before one, newest first, at most `limit`; `before`: its id, null for the newest of all. */
export const notesBefore = (
  ports: Pick<Ports, "read">,
  company: number,
  filter: NoteFilter,
  { limit, before }: { limit: number; before: number | null },
): Promise<NoteSummary[]> =>
  ports.read
    .select(SUMMARY)
    .from(notes)
    .where(and(condition(company, filter), before === null ? undefined : older(filter, before)))
    .orderBy(desc(notes.id))
    .limit(limit);

/**
 * The notes that follow one in the order of their changes, at most `limit`; `after`: its change (ms UTC) and its id, null for the
 * first. A note that changes meanwhile comes again.
 */
export const notesChangedAfter = (
  ports: Pick<Ports, "read">,
  company: number,
  filter: NoteFilter,
  { limit, after }: { limit: number; after: readonly [at: number, id: number] | null },
): Promise<NoteSummary[]> =>
  ports.read
    .select(SUMMARY)
    .from(notes)
    .where(
      and(
        condition(company, filter),
        after === null
          ? undefined
          : sql`(${notes.updatedAt}, ${notes.id}) > (${after[0]}, ${after[1]})`,
      ),
    )
    .orderBy(...orderOf(filter))
    .limit(limit);

/** Most notes that are shown to refer to one. */
const MOST_REFERRING = 100;

/** A note that refers to another, with everything that it refers to. */
export interface ReferringNote {
  readonly key: string;
  readonly status: NoteStatus;
  readonly referenced: readonly StoredReference[] | null;
}

/** A note with its items and events; null when the company has no such key. */
export async function noteDetail(
  ports: Pick<Ports, "read">,
  company: number,
  accessKey: string,
): Promise<{
  note: NoteRow;
  items: NoteItemRow[];
  events: NfeEventRow[];
  /** Of the notes that this one refers to, those that the company has: key and status. */
  referenced: ReadonlyMap<string, NoteStatus>;
  /** The notes that refer to this one, newest first. */
  referencedBy: readonly ReferringNote[];
} | null> {
  const [note] = await ports.read
    .select()
    .from(notes)
    .where(and(eq(notes.company, company), eq(notes.accessKey, accessKey)));
  if (note === undefined) return null;
  const items = await ports.read
    .select()
    .from(noteItems)
    .where(and(eq(noteItems.company, company), eq(noteItems.note, note.id)))
    .orderBy(noteItems.position);
  const events = await ports.read
    .select()
    .from(nfeEvents)
    .where(and(eq(nfeEvents.company, company), eq(nfeEvents.accessKey, accessKey)))
    .orderBy(nfeEvents.receivedAt);
  const keys = JSON.stringify((note.referenced ?? []).map(({ key }) => key));
  const known =
    note.referenced === null
      ? []
      : await ports.read
          .select({ key: notes.accessKey, status: notes.status })
          .from(notes)
          .where(
            and(
              eq(notes.company, company),
              sql`${notes.accessKey} in (select value from json_each(${keys}))`,
            ),
          );
  const referenced = new Map(known.map(({ key, status }) => [key, status]));
  const referencedBy = await ports.read
    .select({ key: notes.accessKey, status: notes.status, referenced: notes.referenced })
    .from(noteReferences)
    .innerJoin(notes, eq(notes.id, noteReferences.note))
    .where(and(eq(noteReferences.company, company), eq(noteReferences.accessKey, accessKey)))
    .orderBy(desc(noteReferences.note))
    .limit(MOST_REFERRING);
  return { note, items, events, referenced, referencedBy };
}
