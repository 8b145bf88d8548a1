import type { Ports } from "../ports/ports.ts";

/** A product whose balance is not the sum of its movements, in 1/10⁴. */
export interface Discrepancy {
  readonly product: string;
  readonly balance_e4: number;
  readonly ledger_e4: number;
}

/**
 * Checks a slice of the ledger: for up to `size` products after `after` (in code order), the balance must be the sum of the
 * movements. Gives the products that differ, and the last code as the cursor of the next slice (null: the end). Reads only.
 */
export async function reconcile(
  ports: Pick<Ports, "reader">,
  company: number,
  after: string,
  size = 100,
  signal?: AbortSignal,
): Promise<{ checked: number; next: string | null; discrepancies: Discrepancy[] }> {
  const rows = await ports.reader.rows(
    {
      sql: `select p.code as product, coalesce(b.quantity_e4, 0) as balance_e4,
          coalesce((select sum(quantity_e4) from movements m where m.company = p.company and m.product = p.code), 0) as ledger_e4
        from products p left join balances b on b.company = p.company and b.product = p.code
        where p.company = ?1 and p.code > ?2 order by p.code limit ?3`,
      args: [company, after, size],
    },
    signal,
  );
  const slice = rows.map((row) => ({
    product: String(row.product),
    balance_e4: Number(row.balance_e4),
    ledger_e4: Number(row.ledger_e4),
  }));
  return {
    checked: slice.length,
    next: slice.length < size ? null : (slice.at(-1)?.product ?? null),
    discrepancies: slice.filter((row) => row.balance_e4 !== row.ledger_e4),
  };
}

/** Every discrepancy of a company, read in slices. */
export async function reconcileAll(
  ports: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  let after: string | null = "";
  while (after !== null) {
    const slice: Awaited<ReturnType<typeof reconcile>> = await reconcile(
      ports,
      company,
      after,
      100,
      signal,
    );
    found.push(...slice.discrepancies);
    after = slice.next;
  }
  return found;
}
