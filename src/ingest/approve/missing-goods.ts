import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Statement } from "../../ports/sql.ts";
import { ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import { EVENT_ORIGIN } from "../../stock/posting/event-exits.ts";
import type { Finding } from "../note/written-verdict.ts";

/** A posting that took goods of a note out, whatever the company allows. */
export interface TakenOut {
  readonly company: number;
  /** Its posting. */
  readonly id: string;
  readonly accessKey: string;
  readonly at: number;
}

/** Most products, and most later exits of each, that are named. */
const NAMED = 10;
/** Where the batch puts their names. */
const EXITS = "{exits}";

/** SQL list: the movements of the note of ?3 with this origin, by a posting. */
const ofNote = (origin: string, posting = "?2", of = "") =>
  ofPostingOf({ origin: `= '${origin}'`, refs: refsOf("?3"), posting }, of);

/** The note's own posting. */
const POSTED = "(select posting from notes where company = ?1 and access_key = ?3)";

/** What each product has lost by the posting ?2, and the movement that had brought it. */
const BY_REVERSAL = `select product, min(undoes) as first from movements
  where ${ofNote("NFE")} and quantity_e4 < 0 group by product`;
const BY_EVENT = `select product, (
    select min(n.id) from movements n where ${ofNote("NFE", POSTED, "n.")} and n.product = lost.product and n.quantity_e4 > 0) as first
  from movements as lost where ${ofNote(EVENT_ORIGIN, "?2", "lost.")} and quantity_e4 < 0 group by product`;

/**
 * CTE `named`: the products below zero, with the newest later exits that stand. ?1 company, ?2 posting, ?3 access key. The libSQL
 * server's parser knows no ORDER BY inside an aggregate.
 */
const named = (lost: string) => `short as (
    select d.product, d.first from (${lost}) as d cross join balances b on b.company = ?1 and b.product = d.product
    where b.quantity_e4 < 0 limit ${NAMED}
  ),
  later as (
    select short.product, m.id, iif(m.origin = 'NFE', substr(m.origin_ref, 1, 44), m.reference) as reference
    from short left join movements m on m.id in (
      select l.id from movements l indexed by movements_by_product
      where l.company = ?1 and l.product = short.product and l.id > short.first and l.quantity_e4 < 0 and l.undoes is null
        and not (l.origin = '${EVENT_ORIGIN}' and l.reference is ?3)
        and not exists (select 1 from movements r where r.company = ?1 and r.undoes = l.id and r.quantity_e4 <> 0)
      order by l.id desc limit ${NAMED})
  ),
  named as (
    select product,
      (select group_concat(id || coalesce(' (' || reference || ')', ''), ', ') from (
        select id, reference from later where later.product = short.product order by id desc)) as exits,
      (select json_group_array(id) from (
        select id from later where later.product = short.product and id is not null order by id desc)) as ids
    from short
  )`;

/**
 * Statements that say which products a posting has left below zero, and which later exits miss the goods: a finding of the note,
 * and `nfe.goods_missing` on the feed for each product. The first gives back the note's findings where it has written one. For
 * the batch of the posting, after its balances.
 */
function saveMissing(
  { company, id, accessKey, at }: TakenOut,
  lost: string,
  code: string,
  message: (exits: string) => string,
): Statement[] {
  const finding: Finding = { code, severity: "warning", path: null, message: message(EXITS) };
  const head = [company, id, accessKey];
  return [
    {
      sql: `with ${named(lost)}
        update notes set findings = json_insert(findings, '$[#]', json_set(?4, '$.message', replace(?4 ->> '$.message', '${EXITS}',
          (select group_concat(product || coalesce(': ' || exits, ''), '; ') from named))))
        where company = ?1 and access_key = ?3 and exists (select 1 from short)
        returning findings`,
      args: [...head, JSON.stringify(finding)],
    },
    appendSelectedEvents(company, at, {
      sql: `with ${named(lost)}
        select 'nfe.goods_missing' as type,
          json_object('access_key', ?3, 'product_code', product, 'movements', json(ids)) as payload
        from named`,
      args: head,
    }),
  ];
}

/** Of the reversal of a cancelled note: finding `negative_balance`. */
export const saveMissingByCancellation = (taken: TakenOut): Statement[] =>
  saveMissing(taken, BY_REVERSAL, "negative_balance", NOTE_SENTENCES.cancelledMisses);

/** The code of the finding about exits of events; the note's next event writes it again. */
export const EVENT_BALANCE = "event_negative_balance";

/** Of the exits of a note's events. */
export const saveMissingByEvents = (taken: TakenOut): Statement[] =>
  saveMissing(taken, BY_EVENT, EVENT_BALANCE, NOTE_SENTENCES.eventMisses);
