import type { UserCause } from "../accounts/actor.ts";
import { insertJob, jobExists, requireInserted } from "../journal/jobs.ts";
import { audit } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import type { Ports } from "../ports/ports.ts";
import type { MovementFilter } from "../stock/ledger.ts";
import type { LevelFilter } from "../stock/levels.ts";
import type { Dialect } from "./csv.ts";
import { MOVEMENTS, movementKeyset } from "./movements.ts";
import type { KeysetQuery } from "./pages.ts";
import type { Table } from "./sheet.ts";
import { STOCK, stockKeyset } from "./stock.ts";

export const EXPORT_TYPES = ["stock", "movements"] as const;

/** What a file in the background is to hold; `filter` as the part that lists such rows takes it. */
export type ExportRequest =
  | { readonly type: "stock"; readonly filter: LevelFilter }
  | { readonly type: "movements"; readonly filter: MovementFilter };

/** An export as its job keeps it: everything that decides the bytes of the file. */
export interface ExportParams {
  readonly wish: ExportRequest;
  /** The filters as they were asked for, to be shown again. */
  readonly asked: Record<string, unknown>;
  readonly dialect: Dialect;
  readonly time_zone: string;
  readonly request_id: string;
}

/**
 * Orders a file, and gives the job's id. The ledger is append-only: what is in it now is what the file will hold, so that a
 * file begun again after a crash is the same. Fails with `job.too_many`.
 */
export async function requestExport(
  ports: Pick<Ports, "reader" | "writer" | "queue" | "clock" | "trace">,
  wanted: Omit<ExportParams, "request_id">,
  cause: UserCause,
): Promise<string> {
  const { company, userId } = cause.actor;
  const id = newId();
  const at = ports.clock.now();
  const wish = await bounded(ports, wanted.wish);
  const params: ExportParams = { ...wanted, wish, request_id: cause.requestId };
  const sending = ports.queue.send([{ v: 1, kind: "export", company, job: id }]);
  const statements = [
    insertJob({
      company,
      id,
      kind: "export",
      total: null,
      params,
      traceParent: ports.trace.parent,
      createdBy: userId,
      createdAt: at,
    }),
    ...sending.statements,
    audit(
      cause,
      at,
      {
        action: "export.order",
        entity: "job",
        id,
        detail: { type: wish.type, dialect: wanted.dialect },
      },
      jobExists(company, id),
    ),
  ];
  await ports.writer.commit({ statements, read: ([made]) => requireInserted(made) });
  await sending.afterCommit();
  return id;
}

/** Balances have no past, so the stock is what it is when the file is written. */
async function bounded(ports: Pick<Ports, "reader">, wish: ExportRequest): Promise<ExportRequest> {
  if (wish.type === "stock") return wish;
  const [row] = await ports.reader.rows({
    sql: "select coalesce(max(id), 0) as last from movements",
    args: [],
  });
  return { type: "movements", filter: { ...wish.filter, upTo: Number(row?.last) } };
}

/** The rows of a wish, and the columns that show them. */
export const rowsOfRequest = (
  company: number,
  wish: ExportRequest,
): { walk: KeysetQuery; table: Table } =>
  wish.type === "stock"
    ? { walk: stockKeyset(company, wish.filter), table: STOCK }
    : { walk: movementKeyset(company, wish.filter), table: MOVEMENTS };
