import type { Ports } from "../ports/ports.ts";

/** For which of the company's CNPJs notes are fetched from the tax office: what was announced to the others is not known here. */
export const FETCHED = ["all", "some", "none"] as const;
export type Fetched = (typeof FETCHED)[number];

/** For which of a company's CNPJs the fetching is switched on; a company without a CNPJ has none. */
export async function fetchedCnpjs(
  { reader }: Pick<Ports, "reader">,
  company: number,
  cnpjs: readonly string[],
): Promise<Fetched> {
  const rows = await reader.rows({
    sql: "select distinct cnpj from sefaz_cursors where company = ?1 and active = 1",
    args: [company],
  });
  if (rows.length === 0) return "none";
  const on = new Set(rows.map(({ cnpj }) => String(cnpj)));
  return cnpjs.every((cnpj) => on.has(cnpj)) ? "all" : "some";
}
