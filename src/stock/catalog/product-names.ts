import type { Ports } from "../../ports/ports.ts";

/** The names of products of a company by their codes; a code without a product is not there. The caller bounds how many. */
export async function productNames(
  ports: Pick<Ports, "reader">,
  company: number,
  codes: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (codes.length === 0) return new Map();
  const rows = await ports.reader.rows(
    {
      sql: `select code, name from products
        where company = ?1 and code in (select value from json_each(?2))`,
      args: [company, JSON.stringify([...new Set(codes)])],
    },
    signal,
  );
  return new Map(rows.map(({ code, name }) => [String(code), String(name)]));
}
