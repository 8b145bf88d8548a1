import type { Ports } from "../../../src/ports/ports.ts";
import type { Statement } from "../../../src/ports/sql.ts";
import { post } from "../../../src/stock/posting/posting.ts";
import { movementsOfPosting, reverse } from "../../../src/stock/posting/reversal.ts";

/* Postings of one product, P, of the first company, for tests of what becomes of its value. */

export const AT = 1_760_000_000_000;
export const DAY = "2025-10-09";
export const by = { company: 1, userId: 11 } as const;

/** Statements of a note `k<n>`, posting `p<n>`, that moves a signed quantity (1/10⁴); an entry has a cost (1/10²). */
export const documentOf = (n: number, quantity_e4: number, cost_e2: number | null): Statement[] =>
  post({
    ...by,
    id: `p${n}`,
    origin: "NFE",
    reference: `k${n}`,
    supplier: "11222333000181",
    ownCodes: true,
    seen: [],
    lines: [
      {
        n: 1,
        code: "P",
        unit: "UN",
        name: "P",
        spelling: "UN",
        barcode: null,
        ncm: null,
        stock_unit: "UN",
        factor_e4: 10_000,
        factor_divisor: 1,
        cost_e2,
        cost_quantity_e4: cost_e2 === null ? null : quantity_e4,
        product: null,
        saves_mapping: false,
        mapped: false,
        factor_is_manual: false,
      },
    ],
    entries: [
      {
        code: "P",
        unit: "UN",
        product: null,
        quantity_e4,
        cost_e2,
        lot: null,
        expires_on: null,
        line: 1,
        part: "1",
      },
    ],
    at: AT + n,
    happenedAt: AT + n,
    day: DAY,
    guard: "select 1",
  });

/** Statements that take a posting back: of a note, or by hand where the key is null. */
export async function takenBack(
  ports: Pick<Ports, "reader">,
  id: string,
  of: string,
  accessKey: string | null,
): Promise<Statement[]> {
  const found = { company: 1, of, origin: accessKey === null ? "AJUSTE" : "NFE", accessKey };
  const movements = await movementsOfPosting(ports, found);
  const reversal = { ...by, ...found, id, movements, eventExits: [], reason: "engano" };
  return reverse({ ...reversal, at: AT + 1_000, day: DAY, guard: "select 1" });
}
