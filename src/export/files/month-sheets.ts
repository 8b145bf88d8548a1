import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { CompletenessPeriod } from "../../reports/completeness.ts";
import type { Page } from "../pages.ts";
import { pages } from "../pages.ts";
import type { Table } from "../sheet.ts";
import { inventoryMoment } from "../sheets/inventory.ts";
import type { NfeFilter } from "../sheets/nfes.ts";
import { COMPLETENESS, completenessPages } from "./completeness.ts";
import { type ExportRequest, rowsOfRequest } from "./request-export.ts";

/** A CSV inside an archive. */
export interface ArchivedSheet {
  /** ASCII. */
  readonly name: string;
  readonly table: Table;
  readonly rows: AsyncGenerator<Page, void, void>;
}

/** The month of a company: which notes, what is looked for, and at the end of which day (`2026-10-31`) the stock is shown. */
export interface ClosedMonth {
  readonly notes: NfeFilter;
  readonly period: CompletenessPeriod;
  readonly lastDay: string;
}

type Needs = Pick<Ports, "reader" | "clock" | "yieldToEventLoop" | "meter">;

/**
 * What an accountant closes a month with, beside the originals: what is missing, the notes, their items, and the inventory. Rows
 * are read when they are asked for. There is no inventory before the first movement. Fails with PlatformFailure `overloaded`.
 */
export async function monthSheets(
  ports: Needs,
  { notes, period, lastDay }: ClosedMonth,
  { company, timeZone, signal }: { company: number; timeZone: string; signal?: AbortSignal },
): Promise<ArchivedSheet[]> {
  const of = (name: string, request: ExportRequest): ArchivedSheet => {
    const { query, table } = rowsOfRequest(company, request);
    return { name, table, rows: pages(ports, query, signal) };
  };
  const day = { day: lastDay, knownAt: undefined, timeZone };
  const moment = await inventoryMoment(ports, company, day, signal).catch(nullWithoutStock);
  return [
    {
      name: "conferencia.csv",
      table: COMPLETENESS,
      rows: completenessPages(ports, company, period, signal),
    },
    of("notas.csv", { type: "nfes", filter: notes }),
    of("itens-das-notas.csv", { type: "nfe-items", filter: notes }),
    ...(moment === null
      ? []
      : [of(`inventario_${lastDay}.csv`, { type: "inventory", filter: moment })]),
  ];
}

/** Null where there was no stock yet: no failure of the month. */
function nullWithoutStock(error: unknown): null {
  if (error instanceof Failed && error.failure.code === "inventory.before_first_movement")
    return null;
  throw error;
}
