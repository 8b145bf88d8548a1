import type { Ports } from "../../ports/ports.ts";
import { type LotDiscrepancy, reconcileLots } from "../lots/reconcile-lots.ts";

/** A product whose balance is not the sum of its movements: quantities in 1/10⁴, values in 1/10². */
export interface Discrepancy {
  readonly product: string;
  readonly balance_e4: number;
  readonly ledger_e4: number;
  readonly balance_e2: number;
  /** What the movements have brought, less what they passed on. */
  readonly ledger_e2: number;
}

/** What is wrong in a ledger: of the products themselves, then of their lots. */
export type Difference = Discrepancy | LotDiscrepancy;

/** A slice of a ledger that was checked: how many products, what differs, and where the next slice begins (null: the end). */
export interface ReconciledSlice {
  readonly checked: number;
  readonly next: string | null;
  readonly discrepancies: readonly Difference[];
}

/**
 * Checks a slice of the ledger: for up to `size` products after `after` (in code order), the balance must be the sum of the
 * movements, in quantity and in value, and so must that of each lot. Gives what differs, and the last code as the cursor of the next slice (null:
 * the end). Reads only.
 */
export async function reconcile(
  ports: Pick<Ports, "reader">,
  company: number,
  after: string,
  size = 100,
  signal?: AbortSignal,
): Promise<ReconciledSlice> {
  const rows = await ports.reader.rows(
    {
      sql: `select p.code as product, coalesce(b.quantity_e4, 0) as balance_e4, coalesce(b.value_e2, 0) as balance_e2,
          (select coalesce(sum(quantity_e4), 0) || ' ' || coalesce(sum(value_e2 - passed_e2), 0) from movements m indexed by movements_by_product
            where m.company = p.company and m.product = p.code) as ledger
        from products p left join balances b on b.company = p.company and b.product = p.code
        where p.company = ?1 and p.code > ?2 order by p.code limit ?3`,
      args: [company, after, size],
    },
    signal,
  );
  const last = rows.at(-1);
  const lots =
    last === undefined
      ? []
      : await reconcileLots(ports, company, after, String(last.product), signal);
  // As texts: a sum of a ledger that is wrong may pass what a number holds.
  const products = rows.filter((row) => row.ledger !== `${row.balance_e4} ${row.balance_e2}`);
  return {
    checked: rows.length,
    next: last === undefined || rows.length < size ? null : String(last.product),
    discrepancies: [
      ...products.map(({ product, balance_e4, balance_e2, ledger }) => {
        const [ledger_e4 = 0, ledger_e2 = 0] = String(ledger).split(" ").map(Number);
        return {
          product: String(product),
          balance_e4: Number(balance_e4),
          ledger_e4,
          balance_e2: Number(balance_e2),
          ledger_e2,
        };
      }),
      ...lots,
    ],
  };
}

/** The whole ledger of a company in slices of up to `size` products, as `reconcile` gives each; at least one. */
export async function* reconciledSlices(
  ports: Pick<Ports, "reader">,
  company: number,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<ReconciledSlice, void, void> {
  let after: string | null = "";
  while (after !== null) {
    const slice: ReconciledSlice = await reconcile(ports, company, after, size, signal);
    yield slice;
    after = slice.next;
  }
}

/** Every discrepancy of a company, read in slices. */
export async function reconcileAll(
  ports: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const { discrepancies } of reconciledSlices(ports, company, 100, signal))
    found.push(...discrepancies);
  return found;
}
