import { trusted } from "../../lib/cast.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import { OF_NOTE, ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import type { Finding } from "../note/written-verdict.ts";

/** Where the batch puts the names of products and lots; at most so many. */
const NAMES = "{lots}";
const NAMED = 10;

const SENTENCES = {
  lot_insufficient: NOTE_SENTENCES.lotInsufficient(NAMES),
  lot_expired: NOTE_SENTENCES.lotExpired(NAMES),
  lot_expiries_differ: NOTE_SENTENCES.lotExpiriesDiffer(NAMES),
} as const;

export const LOT_FINDINGS = Object.keys(SENTENCES);

const findingOf = (code: string, message: string): Finding => ({
  code,
  severity: "warning",
  path: null,
  message,
});

const FINDINGS = JSON.stringify(
  Object.fromEntries(
    Object.entries(SENTENCES).map(([code, sentence]) => [code, findingOf(code, sentence)]),
  ),
);

const NAME = "m.product || ' (' || t.lot || ')' as name";
const OF_MOVEMENT = "t.company = ?1 and t.product = m.product and t.movement = m.id";

/**
 * Writes on a note what its posting says of lots: it names a lot that has less (`lot_insufficient`), it took what has expired
 * (`lot_expired`), it brings a lot that is here under another expiry (`lot_expiries_differ`). For the batch of a posting with exits or lots, after the posting's statements; none where it has neither.
 */
export function saveLotFindings(posting: Posting): Statement[] {
  const { company, id, reference, day, entries } = posting;
  if (!entries.some(({ lot, quantity_e4 }) => lot !== null || quantity_e4 < 0)) return [];
  return [
    {
      sql: `with m as materialized (
          select id, product, quantity_e4, trim(lot) as lot, coalesce(expires_on, 'never') as expires_on, expires_on as asked from movements
          where ${ofPostingOf({ origin: OF_NOTE, refs: refsOf("?3"), posting: "?2" })}
            and (lot is not null or quantity_e4 < 0)
        ),
        said (code, name) as (
          select 'lot_insufficient', m.product || ' (' || m.lot || ')' from m
          where m.quantity_e4 < 0 and m.lot is not null and -m.quantity_e4 > coalesce((
            select -sum(t.quantity_e4) from lot_movements t
            where ${OF_MOVEMENT} and t.lot = m.lot and (m.asked is null or t.expires_on = m.asked)), 0)
          union
          select 'lot_expired', ${NAME} from m cross join lot_movements t on ${OF_MOVEMENT}
          where m.quantity_e4 < 0 and t.expires_on < ?5
          union
          select 'lot_expiries_differ', ${NAME} from m
          cross join lot_balances t on t.company = ?1 and t.product = m.product and t.lot = m.lot
          where m.quantity_e4 > 0 and t.expires_on <> m.expires_on
        ),
        finding as (
          select json_set(?4 -> code, '$.message', replace(?4 -> code ->> 'message', '${NAMES}', group_concat(name, ', '))) as json
          from (select code, name, row_number() over (partition by code order by name) as n from said) where n <= ${NAMED} group by code
        )
        update notes set findings = (select json_group_array(json(value)) from (
          select value from json_each(findings) union all select json from finding))
        where company = ?1 and access_key = ?3 and posting = ?2 and exists (select 1 from said)
        returning findings as lot_findings`,
      args: [company, id, reference, FINDINGS, day],
    },
  ];
}

/** The same findings for the receipt, from the rows that the batch returned. */
export function lotFindings(rows: readonly Row[]): Finding[] {
  return rows.flatMap(({ lot_findings }) =>
    typeof lot_findings === "string"
      ? trusted<Finding[]>(JSON.parse(lot_findings)).filter(({ code }) => code in SENTENCES)
      : [],
  );
}
