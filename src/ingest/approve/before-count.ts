import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import type { Posting } from "../../stock/posting.ts";
import type { Reversal } from "../../stock/reversal.ts";
import type { Finding } from "../note/written-verdict.ts";

/** Most products that the finding names. */
const NAMED = 10;
/** Where the batch puts their codes. */
const PRODUCTS = "{products}";

const findingOf = (message: string): Finding => ({
  code: "before_count",
  severity: "warning",
  path: null,
  message,
});

const MOVED = `movements m cross join balances b on b.company = m.company and b.product = m.product
  where m.company = ?1 and m.origin = 'NFE' and m.origin_ref > ?3 || '#' and m.origin_ref < ?3 || '$' and m.posting = ?2`;

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
