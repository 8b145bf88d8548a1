import type { Ports } from "../../ports/ports.ts";

/** A lot whose balance is not the sum of what movements brought and took, or a product whose lots are more than its balance; 1/10⁴. */
export interface LotDiscrepancy {
  readonly product: string;
  /** Null: all lots of the product together (`ledger_e4` is the product's balance). */
  readonly lot: string | null;
  readonly expiresOn: string | null;
  readonly balance_e4: number;
  readonly ledger_e4: number;
}

/** Checks the lots of a company's products after the code `after` up to `last`. Reads only. */
export async function reconcileLots(
  ports: Pick<Ports, "reader">,
  company: number,
  after: string,
  last: string,
  signal?: AbortSignal,
): Promise<LotDiscrepancy[]> {
  const rows = await ports.reader.rows(
    {
      sql: `with lots as (
          select product, lot, expires_on, quantity_e4 as balance_e4, 0 as ledger_e4 from lot_balances
          where company = ?1 and product > ?2 and product <= ?3
          union all
          select product, lot, expires_on, 0, quantity_e4 from lot_movements
          where company = ?1 and product > ?2 and product <= ?3
        )
        select product, lot, expires_on, sum(balance_e4) as balance_e4, sum(ledger_e4) as ledger_e4
        from lots group by product, lot, expires_on having sum(balance_e4) <> sum(ledger_e4)
        union all
        select l.product, null, null, sum(l.quantity_e4), max(0, coalesce(b.quantity_e4, 0))
        from lot_balances l left join balances b on b.company = l.company and b.product = l.product
        where l.company = ?1 and l.product > ?2 and l.product <= ?3
        group by l.product having sum(l.quantity_e4) > max(0, coalesce(b.quantity_e4, 0))`,
      args: [company, after, last],
    },
    signal,
  );
  return rows.map((row) => ({
    product: String(row.product),
    lot: row.lot === null ? null : String(row.lot),
    expiresOn: row.expires_on === null ? null : String(row.expires_on),
    balance_e4: Number(row.balance_e4),
    ledger_e4: Number(row.ledger_e4),
  }));
}
