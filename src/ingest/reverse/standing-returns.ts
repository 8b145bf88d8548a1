import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import { OF_NOTE, ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import { BACK } from "../../stock/posting/returned-exits.ts";
import type { Reversal } from "../../stock/posting/reversal.ts";
import { POSTING_GUARD } from "../note/registration-sql.ts";
import type { Finding } from "../note/written-verdict.ts";
import type { IngestFailure } from "../verdict/failures.ts";

/*
 * Goods that came back by a return may not come back again by the reversal of the note by which they had left, nor goods that we
 * sent back leave again with their purchase: the return is to be reversed first. A cancellation is no person's choice: it takes
 * back what it must, with a finding and an event that name the returns.
 */

/** Most returns that an answer, a finding or an event names. */
const NAMED = 10;
/** Where the batch puts their keys. */
const KEYS = "{keys}";
export const HAS_RETURNS = "has_returns";

/**
 * SQL: the notes in stock that move goods of a posting in the other direction and refer to its note; where an entry is linked to
 * an exit, that exit must be of the posting. ?1 company, ?3 access key, ?5 posting.
 */
const STANDING = `select f.note as id, n.access_key from note_references f cross join notes n on n.id = f.note
  where f.company = ?1 and f.access_key = ?3 and n.company = ?1 and n.access_key <> ?3 and n.status = 'PROCESSADA'
    and n.direction in ('entry', 'exit') and n.direction <> (select direction from notes where company = ?1 and access_key = ?3)
    and exists (
      select 1 from movements r
      where ${ofPostingOf({ origin: OF_NOTE, refs: refsOf("n.access_key"), posting: "n.posting" }, "r.")} and r.quantity_e4 <> 0
        and r.product in (select product from movements
          where ${ofPostingOf({ origin: OF_NOTE, refs: refsOf("?3"), posting: "?5" })} and quantity_e4 <> 0)
        and (instr(r.origin_ref, '${BACK}') = 0 or exists (
          select 1 from movements e
          where e.id = cast(substr(r.origin_ref, instr(r.origin_ref, '${BACK}') + ${BACK.length}) as integer)
            and e.company = ?1 and e.posting = ?5)))`;

/** SQL condition that holds while no return of the goods of a posting is in stock. ?1 company, ?3 access key, ?5 posting. */
export const NO_STANDING_RETURNS = `not exists (${STANDING})`;

/** Fails with `nfe.has_returns`, naming the newest returns, where goods of a note's posting have come back, or were sent back. */
export async function failIfReturned(
  ports: Pick<Ports, "reader">,
  { company, of, accessKey }: Pick<Reversal, "company" | "of" | "accessKey">,
  signal?: AbortSignal,
): Promise<void> {
  if (accessKey === null) return;
  const rows = await ports.reader.rows(
    {
      sql: `select access_key from (${STANDING}) order by id desc limit ${NAMED}`,
      args: [company, null, accessKey, null, of],
    },
    signal,
  );
  const returns = rows.map((row) => String(row.access_key));
  if (returns.length > 0)
    throw new Failed<IngestFailure>({ code: "nfe.has_returns", access_key: accessKey, returns });
}

/**
 * Statements that say which returns stand of a note whose movements its cancellation takes back: the finding `has_returns`, and
 * the event `nfe.has_returns`. The first gives back the note's findings where it has written one. For the batch of the reversal.
 */
export function saveStandingReturns(
  { company, id, of, at }: Pick<Reversal, "company" | "id" | "of" | "at">,
  accessKey: string,
): Statement[] {
  const finding: Finding = {
    code: HAS_RETURNS,
    severity: "warning",
    path: null,
    message: NOTE_SENTENCES.cancelledHasReturns(KEYS),
  };
  const named = `select access_key from (${STANDING}) order by id desc limit ${NAMED}`;
  return [
    {
      sql: `update notes set findings = json_insert(findings, '$[#]', json_set(?4, '$.message', replace(?4 ->> '$.message', '${KEYS}',
          (select group_concat(access_key, ', ') from (${named})))))
        where company = ?1 and access_key = ?3 and posting = ?2 and exists (${STANDING})
        returning findings`,
      args: [company, id, accessKey, JSON.stringify(finding), of],
    },
    appendSelectedEvents(company, at, {
      sql: `select 'nfe.has_returns' as type, json_object('access_key', ?3, 'returns', (
          select json_group_array(access_key) from (${named}))) as payload
        where exists (${POSTING_GUARD}) and exists (${STANDING})`,
      args: [company, id, accessKey, null, of],
    }),
  ];
}
