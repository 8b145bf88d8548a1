import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import { quoted, SHARED, type Shape, shapesOf } from "./tables.ts";

/** Rows that one batch removes. */
const PAGE = 1_000;
/** How long rows stay that a company has left: longer than any answer that still reads them. */
const LEFT_MS = 3_600_000;
/** Most pages of one run of maintenance. */
const MOST_PAGES = 200;

type RemovePorts = Pick<Ports, "reader" | "writer" | "clock" | "yieldToEventLoop"> &
  Partial<Pick<Ports, "homes">>;

/**
 * Removes a page of the rows that a company has here while it lives elsewhere; returns whether there may be more. In the first
 * database what the routes of the people still use stays. `copier`: the run that clears the place for its copy; a company that
 * another run is copying here keeps its rows.
 */
export async function removePage(
  { reader, writer }: Pick<Ports, "reader" | "writer">,
  company: number,
  isFirst: boolean,
  shapes: readonly Shape[],
  copier: string | null = null,
): Promise<boolean> {
  for (const { name, key } of shapes.toReversed()) {
    if (isFirst && name !== "audit" && SHARED.includes(name)) continue;
    const columns = key.map(quoted).join(", ") || "company";
    const only = `company = ?1 and exists (select 1 from companies where id = ?1 and home is not null and copier is ?2)
      ${isFirst && name === "audit" ? "and id <= (select audit_from from companies where id = ?1)" : ""}`;
    const [some] = await reader.rows({
      sql: `select 1 from ${name} where ${only} limit 1`,
      args: [company, copier],
    });
    if (some === undefined) continue;
    await commitStatements(writer, [
      {
        sql: `delete from ${name} where company = ?1 and (${columns}) in
          (select ${columns} from ${name} where ${only} limit ${PAGE})`,
        args: [company, copier],
      },
    ]);
    return true;
  }
  return false;
}

/**
 * A step of maintenance of one database: removes rows of companies that have left it an hour ago, in bounded slices; returns how
 * many pages. It may be stopped and repeated.
 */
export async function removeLeft(ports: RemovePorts): Promise<number> {
  const { homes } = ports;
  if (homes === undefined) return 0;
  const isFirst = homes.first.reader === ports.reader;
  const left = await ports.reader.rows({
    sql: "select id from companies where home is not null and left_at <= ?1 order by id",
    args: [ports.clock.now() - LEFT_MS],
  });
  if (left.length === 0) return 0;
  const shapes = await shapesOf(ports);
  let pages = 0;
  for (const { id } of left) {
    const company = Number(id);
    while (pages < MOST_PAGES && (await removePage(ports, company, isFirst, shapes))) {
      pages += 1;
      await ports.yieldToEventLoop();
    }
    if (pages < MOST_PAGES)
      await commitStatements(ports.writer, [
        {
          sql: "update companies set left_at = null where id = ?1 and home is not null and left_at <= ?2",
          args: [company, ports.clock.now() - LEFT_MS],
        },
      ]);
  }
  return pages;
}
