import { bumpTagIfChanged } from "../journal/record.ts";
import { fold } from "../lib/fold.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";

/** Products of one statement, and the most statements of one run. */
const SLICE = 100;
const SLICES = 100;

/**
 * Writes the search text of products that have none: those whose letters the migration could not fold, and those that an older
 * version of the program has written since. Gives how many; the next run continues.
 */
export async function foldProducts(
  ports: Pick<Ports, "reader" | "writer" | "yieldToEventLoop">,
  company: number,
  slice = SLICE,
): Promise<number> {
  let folded = 0;
  for (let n = 0; n < SLICES; n += 1) {
    const rows = await ports.reader.rows({
      sql: `select code, name, barcode from products indexed by products_search
        where company = ?1 and active = 1 and search = '' limit ?2`,
      args: [company, slice],
    });
    if (rows.length === 0) return folded;
    const texts = rows.map(({ code, name, barcode }) => [
      code,
      productSearch(String(name), String(code), barcode == null ? null : String(barcode)),
    ]);
    await commitStatements(ports.writer, [
      {
        sql: `update products set search = (select t.value ->> 1 from json_each(?2) t where t.value ->> 0 = code)
            where company = ?1 and code in (select t.value ->> 0 from json_each(?2) t) and search = ''`,
        args: [company, JSON.stringify(texts)],
      },
      bumpTagIfChanged(company, "products"),
    ]);
    folded += rows.length;
    if (rows.length < slice) return folded;
    await ports.yieldToEventLoop();
  }
  return folded;
}

/** The text by which a product is searched and sorted. The tab sorts before every character of a name. */
export const productSearch = (name: string, code: string, barcode: string | null): string =>
  `${fold(name)}\t${fold(code)} ${barcode ?? ""}`;
