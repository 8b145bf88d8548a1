import type { Statement } from "../../ports/sql.ts";
import type { Reversal } from "../../stock/reversal.ts";
import { POSTING_GUARD } from "../note/registration-sql.ts";

/** Marks the late costs of a note as taken back by its reversal, whose movements take them back too. For its batch. */
export const endLateCosts = (
  { company, id }: Pick<Reversal, "company" | "id">,
  accessKey: string,
): Statement => ({
  sql: `update late_costs set undone_by = ?2
    where company = ?1 and access_key = ?3 and undone_by is null and exists (${POSTING_GUARD})`,
  args: [company, id, accessKey],
});
