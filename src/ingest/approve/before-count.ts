import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import { EVENT_ORIGIN, type EventExitChange } from "../../stock/posting/event-exits.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import type { Reversal } from "../../stock/posting/reversal.ts";
import type { Finding } from "../note/written-verdict.ts";

/** Most products that the finding names. */
const NAMED = 10;
/** Where the batch puts their codes. */
const PRODUCTS = "{products}";

export const BEFORE_COUNT = "before_count";

const findingOf = (message: string, code = BEFORE_COUNT): Finding => ({
  code,
  severity: "warning",
  path: null,
  message,
});

const movedBy = (
  origin: string,
) => `movements m cross join balances b on b.company = m.company and b.product = m.product
  where ${ofPostingOf({ origin: `= '${origin}'`, refs: refsOf("?3"), posting: "?2" }, "m.")}`;
const MOVED = movedBy("NFE");

/**
 * Writes the finding `before_count` on a note whose products were counted after its date: what was counted may have had its
 * goods. For the batch of a posting, after its statements. It costs one search in an index where no count ended after the note.
 */
export const saveBeforeCount = (
  posting: Pick<Posting, "company" | "id" | "reference" | "happenedAt">,
): Statement =>
  save(posting, "b.counted_at > ?4", posting.happenedAt, NOTE_SENTENCES.beforeCount(PRODUCTS));

/** The same of a cancelled note whose movements were taken back, and whose products were counted after they were written. */
export const saveCancelledBeforeCount = ({
  company,
  id,
  accessKey,
}: Pick<Reversal, "company" | "id" | "accessKey">): Statement =>
  save(
    { company, id, reference: accessKey ?? "" },
    "m.undoes <= b.counted_id",
    0,
    NOTE_SENTENCES.cancelledBeforeCount(PRODUCTS),
  );

/** The code of the finding about exits of events; it goes when they are taken back. */
export const EVENT_BEFORE_COUNT = "event_before_count";

/**
 * Writes that finding on a note whose events say that goods were gone before they were counted, or take back an exit of before:
 * the count may have seen it as it is. Gives back the note's findings where it has. For the batch of the exits, after them.
 */
export function saveEventBeforeCount({
  company,
  id,
  accessKey,
  made,
  takenBack,
}: EventExitChange): Statement {
  const counted = `${movedBy(EVENT_ORIGIN)} and (m.undoes <= b.counted_id or m.undoes is null and b.counted_at > m.happened_at)`;
  const finding = findingOf(NOTE_SENTENCES.eventBeforeCount(PRODUCTS), EVENT_BEFORE_COUNT);
  const since = takenBack.length > 0 ? 0 : Math.min(...made.map(({ happenedAt }) => happenedAt));
  return {
    sql: `update notes set findings = json_insert(findings, '$[#]', json_set(?5, '$.message', replace(?5 ->> '$.message', '${PRODUCTS}',
        (select group_concat(product, ', ') from (select distinct m.product from ${counted} limit ${NAMED})))))
      where company = ?1 and access_key = ?3
        and exists (select 1 from stock_counts indexed by stock_counts_ended where company = ?1 and ended_at is not null and ended_at > ?4)
        and exists (select 1 from ${counted})
      returning findings`,
    args: [company, id, accessKey, since, JSON.stringify(finding)],
  };
}

function save(
  { company, id, reference }: Pick<Posting, "company" | "id" | "reference">,
  counted: string,
  since: number,
  message: string,
): Statement {
  return {
    sql: `update notes set findings = json_insert(findings, '$[#]', json_set(?5, '$.message', replace(?5 ->> '$.message', '${PRODUCTS}',
        (select group_concat(product, ', ') from (select distinct m.product from ${MOVED} and ${counted} limit ${NAMED})))))
      where company = ?1 and access_key = ?3 and posting = ?2
        and exists (select 1 from stock_counts indexed by stock_counts_ended where company = ?1 and ended_at is not null and ended_at > ?4)
        and exists (select 1 from ${MOVED} and ${counted})
      returning json_extract(findings, '$[#-1].message') as before_count`,
    args: [company, id, reference, since, JSON.stringify(findingOf(message))],
  };
}

/** The same finding for the receipt, from the rows that the batch returned. */
export const beforeCountFindings = (rows: readonly Row[]): Finding[] =>
  rows.flatMap(({ before_count }) =>
    typeof before_count === "string" ? [findingOf(before_count)] : [],
  );
