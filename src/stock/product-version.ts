import type { Ports } from "../ports/ports.ts";

/**
 * How often the ledger has moved a product, and how often it was edited: the one stands beside the balance and rises with every movement. For cached
 * reads of one product's movements, which stay as they are while other products move.
 */
export async function productVersion(
  ports: Pick<Ports, "reader">,
  company: number,
  product: string,
  signal?: AbortSignal,
): Promise<number> {
  const [row] = await ports.reader.rows(
    {
      sql: `select coalesce((select version from balances where company = ?1 and product = ?2), 0)
        + coalesce((select version from products where company = ?1 and code = ?2), 0) as version`,
      args: [company, product],
    },
    signal,
  );
  return Number(row?.version ?? 0);
}
