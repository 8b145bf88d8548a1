import { fromScaled } from "../../lib/decimal.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row, Statement } from "../../ports/sql.ts";
import type { StockFailure } from "../../stock/failures.ts";
import { OF_NOTE, ofPostingOf, refsOf } from "../../stock/found-movements.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { FALLS_BELOW_ZERO, movedByProduct } from "../../stock/posting/posting-guards.ts";
import type { Finding } from "../note/written-verdict.ts";

export const NEGATIVE_BALANCE = "negative_balance";

const NEGATIVE = {
  code: NEGATIVE_BALANCE,
  severity: "warning",
  path: null,
  message: NOTE_SENTENCES.negativeBalance,
} as const satisfies Finding;

/**
 * Writes the finding `negative_balance` on the note whose posting took a balance below zero (a note may, where the company
 * allows it). For the batch of a posting with exits, after the posting's statements.
 */
export function saveNegativeBalance(
  posting: Pick<Posting, "company" | "id" | "reference">,
): Statement {
  return {
    sql: `update notes set findings = json_insert(findings, '$[#]', json(?4))
      where company = ?1 and access_key = ?3 and posting = ?2 and exists (
        select 1 from movements m join balances b on b.company = m.company and b.product = m.product
        where ${ofPostingOf({ origin: OF_NOTE, refs: refsOf("?3"), posting: "?2" }, "m.")}
          and m.quantity_e4 < 0 and b.quantity_e4 < 0)`,
    args: [posting.company, posting.id, posting.reference, JSON.stringify(NEGATIVE)],
  };
}

/** The same finding for the receipt, from the balances that the batch returned. */
export function negativeBalanceFindings(rows: readonly Row[]): Finding[] {
  return rows.some((row) => typeof row.quantity_e4 === "number" && row.quantity_e4 < 0)
    ? [NEGATIVE]
    : [];
}

/** The first product (by code) whose balance is less than a posting takes; null: every balance is enough. */
export async function insufficientStock(
  ports: Pick<Ports, "reader">,
  posting: Posting,
  signal?: AbortSignal,
): Promise<StockFailure | null> {
  const [row] = await ports.reader.rows(
    {
      sql: `select coalesce(d.product, d.code) as product, -d.quantity_e4 as requested_e4,
          coalesce(b.quantity_e4, 0) as balance_e4
        from (${movedByProduct("?1", "?2", "?3", "?4")}) as d
        left join balances b on b.company = ?1 and b.product = d.product
        where ${FALLS_BELOW_ZERO}
        order by 1 limit 1`,
      args: [
        posting.company,
        posting.supplier,
        JSON.stringify(posting.entries),
        posting.ownCodes ? 1 : 0,
      ],
    },
    signal,
  );
  if (row === undefined) return null;
  return {
    code: "stock.insufficient",
    product_code: String(row.product),
    requested: fromScaled(Number(row.requested_e4), 4),
    balance: fromScaled(Number(row.balance_e4), 4),
  };
}
