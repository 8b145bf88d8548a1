import type { UserCause } from "../../accounts/actor.ts";
import type { AuditFilter } from "../../journal/audit-log.ts";
import { insertJob, jobExists, requireInserted } from "../../journal/jobs.ts";
import { audit } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import type { Ports } from "../../ports/ports.ts";
import type { MovementFilter } from "../../stock/reports/ledger.ts";
import type { LevelFilter } from "../../stock/reports/levels.ts";
import type { Dialect } from "../csv.ts";
import type { KeysetQuery } from "../pages.ts";
import type { Table } from "../sheet.ts";
import { AUDIT, auditKeyset } from "../sheets/audit.ts";
import { INVENTORY, type InventoryMoment, inventoryKeyset } from "../sheets/inventory.ts";
import { LOTS, type LotsOnDay, lotKeyset } from "../sheets/lots.ts";
import { MOVEMENTS, movementKeyset } from "../sheets/movements.ts";
import { NFE_ITEMS, noteItemKeyset } from "../sheets/nfe-items.ts";
import { NFES, type NfeFilter, noteKeyset } from "../sheets/nfes.ts";
import { STOCK, stockKeyset } from "../sheets/stock.ts";
import { SUPPLIER_ITEMS, supplierItemKeyset } from "../sheets/supplier-items.ts";

export const EXPORT_TYPES = [
  "stock",
  "movements",
  "nfes",
  "nfe-items",
  "inventory",
  "supplier-items",
  "lots",
] as const;
export type ExportType = (typeof EXPORT_TYPES)[number];

/** The rows that a download is to hold; a file in the background may be read by all of the company, so the audit is none. */
export type ExportRequest =
  | BackgroundRequest
  | { readonly type: "audit"; readonly filter: AuditFilter };

/** The rows that a file is to hold; `filter` is that of the list of such rows. */
export type BackgroundRequest =
  | { readonly type: "stock"; readonly filter: LevelFilter }
  | { readonly type: "movements"; readonly filter: MovementFilter }
  | { readonly type: "nfes" | "nfe-items"; readonly filter: NfeFilter }
  | { readonly type: "inventory"; readonly filter: InventoryMoment }
  | { readonly type: "lots"; readonly filter: LotsOnDay }
  | { readonly type: "supplier-items"; readonly filter: Parameters<typeof supplierItemKeyset>[1] };

/** The params of an export's job, as stored: everything that decides the bytes of the file. */
export interface ExportParams {
  /** The stored name of the request. */
  readonly wish: BackgroundRequest;
  /** The filters as the client sent them, to be shown again. */
  readonly asked: Record<string, unknown>;
  readonly dialect: Dialect;
  readonly time_zone: string;
  readonly request_id: string;
}

/**
 * Opens the job of an export; gives its id. A file of movements, or of an inventory, is made of what is in the ledger now (it is
 * append-only), so one that is begun again after a crash is the same. Fails with `job.too_many`.
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

/**
 * Bounds a request of movements by the last id. Balances and notes change where they stand: their file shows the moment it is
 * written.
 */
async function bounded(
  ports: Pick<Ports, "reader">,
  request: BackgroundRequest,
): Promise<BackgroundRequest> {
  if (request.type !== "movements") return request;
  const [row] = await ports.reader.rows({
    sql: "select coalesce(max(id), 0) as last from movements",
    args: [],
  });
  return { type: "movements", filter: { ...request.filter, upTo: Number(row?.last) } };
}

/** The query of a request's rows, and the columns that show them. */
export function rowsOfRequest(
  company: number,
  request: ExportRequest,
): { query: KeysetQuery; table: Table } {
  switch (request.type) {
    case "stock":
      return { query: stockKeyset(company, request.filter), table: STOCK };
    case "movements":
      return { query: movementKeyset(company, request.filter), table: MOVEMENTS };
    case "nfes":
      return { query: noteKeyset(company, request.filter), table: NFES };
    case "nfe-items":
      return { query: noteItemKeyset(company, request.filter), table: NFE_ITEMS };
    case "inventory":
      return { query: inventoryKeyset(company, request.filter), table: INVENTORY };
    case "supplier-items":
      return { query: supplierItemKeyset(company, request.filter), table: SUPPLIER_ITEMS };
    case "lots":
      return { query: lotKeyset(company, request.filter), table: LOTS };
    case "audit":
      return { query: auditKeyset(company, request.filter), table: AUDIT };
  }
}
