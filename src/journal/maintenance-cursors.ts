import type { Ports } from "../ports/ports.ts";
import type { Statement } from "../ports/sql.ts";

/** Where a maintenance task that reads a company's rows in slices continues; "": at the start. */
export async function readCursor(
  ports: Pick<Ports, "reader">,
  company: number,
  task: string,
): Promise<string> {
  const [row] = await ports.reader.rows({
    sql: "select place from sweep_places where company = ?1 and task = ?2",
    args: [company, task],
  });
  return String(row?.place ?? "");
}

/** Saves the cursor for the next run, which may be in another process. */
export const saveCursor = (
  company: number,
  task: string,
  cursor: string,
  at: number,
): Statement => ({
  sql: `insert into sweep_places (company, task, place, updated_at) values (?1, ?2, ?3, ?4)
    on conflict do update set place = excluded.place, updated_at = excluded.updated_at`,
  args: [company, task, cursor, at],
});
