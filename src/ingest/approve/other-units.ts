import type { Row, Statement } from "../../ports/sql.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { spellingsOf, type UnitSpellings } from "../../stock/supplier-items/unit.ts";
import type { Finding } from "../note/written-verdict.ts";

export const UNIT_DIFFERS = "unit_differs";
/** Most lines that the message names. */
const NAMED = 5;

const findingOf = (message: string): Finding => ({
  code: UNIT_DIFFERS,
  severity: "warning",
  path: null,
  message,
});

/**
 * Writes the finding `unit_differs` on a note issued by the company whose items have another unit than their product and no
 * factor set by a user: the ledger counts them one for one, and a user should check. A supplier's note gets none: its units
 * are the supplier's, with factors in `supplier_items`. Must follow the posting's statements.
 */
export function saveUnitDiffers(posting: Posting, units: UnitSpellings): Statement[] {
  if (!posting.ownCodes) return [];
  const lines = posting.lines
    .filter(
      (line) => line.factor_e4 === 10_000 && line.factor_divisor === 1 && !line.factor_is_manual,
    )
    .map(({ code, product, unit }) => ({
      product: product ?? code,
      unit,
      spellings: spellingsOf(unit, units),
    }));
  if (lines.length === 0) return [];
  const differing = `from json_each(?4) l cross join products p on p.company = ?1 and p.code = l.value ->> 'product'
        where upper(p.unit) not in (select value from json_each(l.value -> 'spellings'))`;
  return [
    {
      sql: `update notes set findings = json_insert(findings, '$[#]', json_object('code', '${UNIT_DIFFERS}', 'severity', 'warning',
          'path', null, 'message', 'Unidade diferente da do produto, contada um por um: ' || (
            select group_concat(said, ', ') from (
              select distinct p.code || ' (' || (l.value ->> 'unit') || ', produto em ' || p.unit || ')' as said
              ${differing} limit ${NAMED}))))
        where company = ?1 and access_key = ?3 and posting = ?2 and exists (select 1 ${differing})
        returning json_extract(findings, '$[#-1].message') as other_units`,
      args: [posting.company, posting.id, posting.reference, JSON.stringify(lines)],
    },
  ];
}

/** The same finding for the receipt, from the rows that the batch returned. */
export function unitDiffersFindings(rows: readonly Row[]): Finding[] {
  return rows.flatMap(({ other_units }) =>
    typeof other_units === "string" ? [findingOf(other_units)] : [],
  );
}
