import { expect } from "bun:test";
import { productSearch } from "../../../src/stock/fold-products.ts";
import type { TestApp } from "../app.ts";
import { parseCsv } from "./parse-csv.ts";

export const MOVEMENTS_CSV = "/api/export/movements";
export const STOCK_CSV = "/api/export/stock";

/** The rows of a CSV in the dialect br, by heading. */
export function csvRecords(text: string): Record<string, string>[] {
  const [head = [], ...rows] = parseCsv(text.replace(/^\uFEFF/, ""), ";");
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ""])));
}

export async function createMovement(service: TestApp, order: Record<string, unknown>) {
  const answer = await service.send("POST", "/api/movements", {
    as: "OPERADOR",
    json: { product_code: "P", type: "ENTRADA", quantity: "1", ...order },
  });
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
}

/** Inserts a product without a note. */
export async function insertProduct(service: TestApp, code: string, name = code, company = 1) {
  await service.ports.database.writing.execute({
    sql: `insert into products (company, code, name, unit, created_at, updated_at, search) values (?1, ?2, ?3, 'UN', 0, 0, ?4)`,
    args: [company, code, name, productSearch(name, code, null)],
  });
}

/** Inserts many movements, one per second, oldest first. */
export async function insertManyMovements(service: TestApp, count: number) {
  await service.ports.database.writing.execute({
    sql: `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
      insert into movements (company, product, type, quantity_e4, origin, origin_ref, notes, posting, user_id, created_at,
        happened_at, value_e2, passed_e2, after_e4, after_e2)
      select 1, 'P', 'ENTRADA', 10000, 'MANUAL', 'm' || i, 'linha ' || i, 'x', 11, 1760000000000 + i * 1000,
        1760000000000 + i * 1000, 0, 0, i * 10000, 0 from n`,
    args: [count],
  });
}
