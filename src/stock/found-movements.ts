/*
 * How movements are found in the order of time and by their document. Those of a note's posting are written by one statement, so
 * that their ids follow each other: the indexes `movements_by_time` and `movements_once` have only the first of them, and its
 * `followers` says how many come after it. Every other movement is the first and only one (`followers` is 0).
 */

/** SQL condition on movements: the two indexes have them. SQLite takes a partial index only where a statement says so. */
export const IS_FIRST = "followers >= 0";
/** `m` is `first` or one that follows it. */
const WITH_FOLLOWERS = "m.id between first.id and first.id + first.followers";

/** Which movements of documents; SQL of each value. */
export interface DocumentSql {
  readonly company?: string;
  /** `= …` or `in (…)`. */
  readonly origin: string;
  /** Greater and less than every `origin_ref`, included. */
  readonly refs: readonly [from: string, to: string];
}

/** The `origin_ref`s of a document: `#` follows its key, and `$` is the character after `#`. */
export const refsOf = (key: string): [from: string, to: string] => [
  `${key} || '#'`,
  `${key} || '$'`,
];

/** The origin of notes. */
export const OF_NOTE = "= 'NFE'";

const firstOf = ({ company = "?1", origin, refs: [from, to] }: DocumentSql): string =>
  `from movements first indexed by movements_once where first.company = ${company} and first.origin ${origin}
    and first.origin_ref >= ${from} and first.origin_ref <= ${to} and first.${IS_FIRST}`;

/** SQL `from` and `where`: the movements `m` of documents, by all of their postings. */
export const fromDocument = (document: DocumentSql): string =>
  firstOf(document).replace(" where ", ` cross join movements m on ${WITH_FOLLOWERS} where `);

/**
 * SQL condition on movements: they are of one posting of a document. `of` is the name of their table with a point. What a posting
 * writes is in one batch: its ids are between those of its first and its last movement. `+`: no index is taken for the rest.
 */
export function ofPostingOf(
  { posting, ...document }: DocumentSql & { readonly posting: string },
  of = "",
): string {
  const { company = "?1", origin } = document;
  const from = `${firstOf(document)} and first.posting = ${posting}`;
  return `${of}id between (select min(first.id) ${from}) and (select max(first.id + first.followers) ${from})
    and +${of}company = ${company} and +${of}origin ${origin} and +${of}posting = ${posting}`;
}

/**
 * SQL `from`: the movements of goods `m` in the order of time, under `first`, whose company and time are in the index; its condition is `IN_TIME`, and conditions
 * on company and time are on `first`.
 */
export const FROM_TIME = `movements first indexed by movements_by_time cross join movements m on ${WITH_FOLLOWERS}`;
export const IN_TIME = `first.${IS_FIRST} and first.quantity_e4 <> 0`;
export const NEWEST_FIRST = "first.created_at desc, first.id desc, m.id desc";
