import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import type { Statement } from "../../ports/sql.ts";
import { IS_FIRST, OF_NOTE, ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import type { Reversal } from "../../stock/posting/reversal.ts";
import { POSTING_GUARD } from "../note/registration-sql.ts";

const OF_THE_NOTE = ofPostingOf(
  { origin: OF_NOTE, refs: refsOf("notes.access_key"), posting: "notes.posting" },
  "g.",
);

/**
 * What becomes of the late costs that the reversal of a note takes back with its own movements: those of users are marked, and
 * the complementary notes that brought the others are ESTORNADA, and may be approved again once the note is in stock again. One
 * that had goods of its own stays PROCESSADA. For the reversal's batch, after its movements.
 */
export function endLateCosts(
  { company, id, at, reason }: Pick<Reversal, "company" | "id" | "at" | "reason">,
  accessKey: string,
): Statement[] {
  return [
    {
      sql: `update late_costs set undone_by = ?2
        where company = ?1 and access_key = ?3 and undone_by is null and exists (${POSTING_GUARD})`,
      args: [company, id, accessKey],
    },
    {
      sql: `update notes set status = 'ESTORNADA', posting = ?2, reason = ?4, updated_at = ?5
        where company = ?1 and status = 'PROCESSADA' and access_key in (
            select distinct substr(c.origin_ref, 1, instr(c.origin_ref, '#') - 1)
            from movements r cross join movements c on c.id = r.undoes
            where r.company = ?1 and r.origin = 'NFE' and r.origin_ref > ?3 || '#valor/' and r.origin_ref < ?3 || '#valor0'
              and r.${IS_FIRST} and r.posting = ?2)
          and access_key <> ?3 and not exists (
            select 1 from movements g where ${OF_THE_NOTE} and g.quantity_e4 <> 0)`,
      args: [company, id, accessKey, reason, at],
    },
    appendSelectedEvents(company, at, {
      sql: `select 'nfe.reversed' as type, json_object('access_key', n.access_key, 'direction', n.direction, 'moved', json('[0,[]]')) as payload
        from note_references r cross join notes n on n.id = r.note
        where r.company = ?1 and r.access_key = ?3 and n.access_key <> ?3 and n.posting = ?2`,
      args: [company, id, accessKey],
    }),
  ];
}
