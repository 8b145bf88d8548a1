import { eq, gte, lt, ne, type SQL, sql } from "drizzle-orm";
import type { NoteStatus } from "../../lib/note-status.ts";
import { unitKeySql } from "../../stock/supplier-items/unit.ts";
import { notes } from "../note/tables.ts";
import type { Direction } from "../verdict/verdict.ts";
import { type NoteCondition, textOf } from "./condition-text.ts";
import { fromSupplier, matchesSearch } from "./search-notes.ts";

/** When notes were issued: instants, ms UTC, half-open. */
export interface Issued {
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** The same days from midnight UTC, for notes whose issue is a date without a time. */
  readonly fromDay?: number | undefined;
  readonly untilDay?: number | undefined;
}

/** The filter of a list of notes. */
export interface NoteFilter extends Issued {
  readonly status?: NoteStatus | undefined;
  readonly direction?: Direction | undefined;
  /** True: notes with a hold; false: notes without one. */
  readonly held?: boolean | undefined;
  /** CNPJ or CPF of the emitter (whole, or a part), with or without its mask, or words of its name. */
  readonly supplier?: string | undefined;
  /** Part of the access key as the DANFE prints it or not, the number, the supplier's CNPJ or words of its name. */
  readonly search?: string | undefined;
  /** Notes with an item that is mapped to this product. */
  readonly product?: string | undefined;
  /** Notes that have changed at this instant (ms UTC) or later, discarded ones too. */
  readonly updatedAfter?: number | undefined;
}

const OWN_UNITS = "(select c.units from companies c where c.id = i.company)";

/** Notes with an item that is mapped to a product. */
const withProduct = (company: number, product: string): SQL =>
  sql`exists (select 1 from note_items i
    inner join supplier_items s on s.company = i.company and s.supplier = "notes"."supplier_id" and s.code = i.code
      and s.unit = ${sql.raw(unitKeySql("i.unit", OWN_UNITS))}
    where i.company = ${company} and i.note = "notes"."id" and s.product = ${product})`;

/** The conditions of a filter over "notes"; `frequent` as in `matchesSearch`. */
export function conditionsOf(
  company: number,
  filter: NoteFilter,
  frequent = false,
): (SQL | undefined)[] {
  const { status, direction, held, supplier, search, product, updatedAfter } = filter;
  const shown = updatedAfter === undefined ? ne(notes.status, "DESCARTADA") : undefined;
  return [
    eq(notes.company, company),
    status === undefined ? shown : eq(notes.status, status),
    direction === undefined ? undefined : eq(notes.direction, direction),
    held === undefined
      ? undefined
      : held
        ? sql`${notes.holds} <> '[]'`
        : sql`${notes.holds} = '[]'`,
    supplier === undefined ? undefined : fromSupplier(company, supplier),
    search === undefined ? undefined : matchesSearch(company, search, frequent),
    product === undefined ? undefined : withProduct(company, product),
    updatedAfter === undefined ? undefined : gte(notes.updatedAt, updatedAfter),
    ...issuedWithin(filter),
  ];
}

/**
 * A date without a time (layout 2.00) is stored as midnight in Brasília and compared with the days of UTC; an instant is
 * compared with the days of the company. The bounds without `iif` let the index on the time be used.
 */
function issuedWithin({ from, until, fromDay = from, untilDay = until }: Issued) {
  const bound = (day: number, instant: number) =>
    sql`iif(length(${notes.issuedAt}) = 10, ${day}, ${instant})`;
  return [
    ...(from === undefined || fromDay === undefined
      ? []
      : [gte(notes.issuedMs, Math.min(from, fromDay)), gte(notes.issuedMs, bound(fromDay, from))]),
    ...(until === undefined || untilDay === undefined
      ? []
      : [
          lt(notes.issuedMs, Math.max(until, untilDay)),
          lt(notes.issuedMs, bound(untilDay, until)),
        ]),
  ];
}

/** The notes that a list with this filter shows. */
export const listedNotes = (company: number, filter: NoteFilter): NoteCondition =>
  textOf(conditionsOf(company, filter));

/** All notes that were issued within some days, whatever became of them. */
export const issuedNotes = (company: number, issued: Issued): NoteCondition =>
  textOf([eq(notes.company, company), ...issuedWithin(issued)]);

/** The outer bounds of a filter in `issued_ms`, for a walk by the index over it: half-open, undefined where there is none. */
export const issuedBounds = ({
  from,
  until,
  fromDay = from,
  untilDay = until,
}: Issued): { readonly first: number | undefined; readonly end: number | undefined } => ({
  first: from === undefined || fromDay === undefined ? undefined : Math.min(from, fromDay),
  end: until === undefined || untilDay === undefined ? undefined : Math.max(until, untilDay),
});
