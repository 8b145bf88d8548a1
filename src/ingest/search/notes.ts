import { and, asc, desc, eq, getTableColumns, lt, type SQL, sql } from "drizzle-orm";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  nfeEvents,
  noteItems,
  noteReferences,
  notes,
  type StoredReference,
} from "../note/tables.ts";
import { textOf } from "./condition-text.ts";
import { conditionsOf, listedNotes, type NoteFilter } from "./note-filter.ts";
import { isFrequent } from "./search-notes.ts";

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

type ReadPorts = Pick<Ports, "read" | "reader">;

/** For a search by the indexes of its ways: of the notes themselves only the ids are looked up, and no index of all notes is walked. */
const BY_ID = "notes not indexed";

/** What a page in the order of the ids is read from, and its conditions: a frequent search walks the notes. */
async function pageOf(
  ports: ReadPorts,
  company: number,
  filter: NoteFilter,
  signal: AbortSignal | undefined,
): Promise<{ from: string; conditions: (SQL | undefined)[] }> {
  const { search, updatedAfter } = filter;
  if (search === undefined) return { from: "notes", conditions: conditionsOf(company, filter) };
  const frequent = updatedAfter === undefined && (await isFrequent(ports, company, search, signal));
  return {
    from: frequent ? "notes indexed by notes_newest" : BY_ID,
    conditions: conditionsOf(company, filter, frequent),
  };
}

/**
 * A page of notes, newest first (those that have changed: oldest change first), and how many match in all. What walks over the notes is
 * one row, read beside the event loop.
 */
export async function listNotes(
  ports: ReadPorts,
  company: number,
  filter: NoteFilter,
  page: { limit: number; offset: number },
  signal?: AbortSignal,
): Promise<{ rows: NoteSummary[]; total: number }> {
  const all = listedNotes(company, filter);
  const { from, conditions } = await pageOf(ports, company, filter, signal);
  const shown = textOf(conditions, all.args);
  const order = filter.updatedAfter === undefined ? "id desc" : "updated_at, id";
  const found = await ports.reader.single(
    {
      sql: `select (select count(*) from ${filter.search === undefined ? "notes" : BY_ID} where ${all.where}) as total,
        (select json_group_array(id) from (select id from ${from} where ${shown.where} order by ${order}
          limit ?${shown.args.length + 1} offset ?${shown.args.length + 2})) as ids`,
      args: [...shown.args, page.limit, page.offset],
    },
    signal,
  );
  return {
    rows: await notesWithIds(ports, company, filter, String(found?.ids)),
    total: Number(found?.total),
  };
}

/** Notes of a JSON array of ids, in the order of the filter. */
const notesWithIds = (
  { read }: Pick<Ports, "read">,
  company: number,
  filter: NoteFilter,
  ids: string,
): Promise<NoteSummary[]> =>
  read
    .select(SUMMARY)
    .from(notes)
    .where(
      and(eq(notes.company, company), sql`${notes.id} in (select value from json_each(${ids}))`),
    )
    .orderBy(...orderOf(filter));

/** Notes of some days are found by the index of their days: the sign keeps SQLite from that of the ids. */
const older = ({ from, until }: NoteFilter, id: number) =>
  (from ?? until) === undefined ? lt(notes.id, id) : sql`+${notes.id} < ${id}`;

/** Filters whose notes may stand anywhere: to find a page of them may take a walk over all notes. */
const mayWalk = ({ search, supplier, product, held, direction }: NoteFilter): boolean =>
  [search, supplier, product, held, direction].some((one) => one !== undefined);

/**
 * The notes that were registered before one, newest first, at most `limit`; `before`: its id, null for the newest of all. What may
 * walk over the notes is one row, read beside the event loop.
 */
export async function notesBefore(
  ports: ReadPorts,
  company: number,
  filter: NoteFilter,
  { limit, before }: { limit: number; before: number | null },
  signal?: AbortSignal,
): Promise<NoteSummary[]> {
  const earlier = before === null ? undefined : older(filter, before);
  if (!mayWalk(filter))
    return ports.read
      .select(SUMMARY)
      .from(notes)
      .where(and(condition(company, filter), earlier))
      .orderBy(desc(notes.id))
      .limit(limit);
  const { from, conditions } = await pageOf(ports, company, filter, signal);
  const { where, args } = textOf([...conditions, earlier]);
  const found = await ports.reader.single(
    {
      sql: `select json_group_array(id) as ids from (select id from ${from} where ${where}
        order by id desc limit ?${args.length + 1})`,
      args: [...args, limit],
    },
    signal,
  );
  return notesWithIds(ports, company, filter, String(found?.ids));
}

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
