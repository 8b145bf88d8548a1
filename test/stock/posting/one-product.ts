import type { Ports } from "../../../src/ports/ports.ts";
import type { Statement } from "../../../src/ports/sql.ts";
import { post } from "../../../src/stock/posting/posting.ts";
import { movementsOfPosting, reverse } from "../../../src/stock/posting/reversal.ts";
import { notePosting } from "../../support/note-posting.ts";

/* Postings of one product, P, of the first company, for tests of what becomes of its value. */

export const AT = 1_760_000_000_000;
export const DAY = "2025-10-09";
export const by = { company: 1, userId: 11 } as const;

/** Statements of a note `k<n>`, posting `p<n>`, that moves a signed quantity (1/10⁴); an entry has a cost (1/10²). */
export const documentOf = (n: number, quantity_e4: number, cost_e2: number | null): Statement[] =>
  post(notePosting(n, [{ product: "P", quantity_e4, cost_e2 }]));

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
