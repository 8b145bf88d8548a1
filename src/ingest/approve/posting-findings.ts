import { QUANTITY_ROUNDED } from "../note/rounded.ts";
import { BEFORE_COUNT } from "./before-count.ts";
import { LOT_FINDINGS } from "./lot-findings.ts";
import { NEGATIVE_BALANCE } from "./negative-balance-finding.ts";
import { NOT_APPROVED } from "./not-approved.ts";
import { UNIT_DIFFERS } from "./other-units.ts";
import { RETURNED_MORE } from "./returned-more.ts";

/** The codes of what an approval, or the reversal of one, says of a note: the next approval says it again. */
const CODES = [
  NOT_APPROVED,
  NEGATIVE_BALANCE,
  BEFORE_COUNT,
  UNIT_DIFFERS,
  RETURNED_MORE,
  QUANTITY_ROUNDED,
  ...LOT_FINDINGS,
];

/** SQL: the findings of a row of `notes` without those of its earlier postings, in their order. */
export const WITHOUT_POSTING_FINDINGS = `iif(findings = '[]', findings, (select json_group_array(json(value)) from json_each(findings)
          where value ->> 'code' not in (${CODES.map((code) => `'${code}'`).join(", ")})))`;
