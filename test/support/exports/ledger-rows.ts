import { type KeysetQuery, pages } from "../../../src/export/pages.ts";
import { trusted } from "../../../src/lib/cast.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import type { TestPorts } from "../ports.ts";

/** A movement to insert into the ledger; its id is its index in the list, from 1. */
export interface MovementRow {
  readonly company?: number;
  readonly product?: string;
  readonly type?: "ENTRADA" | "SAIDA";
  readonly origin?: string;
  readonly reference?: string | null;
  readonly at: number;
}

/** Inserts companies 1 and 2 with products A, B and C each (B without movements), and user 1, Maria. */
export async function insertTwoCompanies(ports: TestPorts): Promise<void> {
  await ports.database.writing.executeMultiple(`
    insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          select value, 'Loja', '[]', 'production', 'America/Sao_Paulo', 0, '[]', 0, 0, 1, 1, 0, 0
      from json_each('[1, 2]');
    insert into users (id, company, name, email, password_hash, role, active, token_version, created_at, updated_at)
      values (1, 1, 'Maria', 'maria@example.com', 'none', 'ADMIN', 1, 1, 0, 0);
    insert into products (company, code, name, unit, created_at, updated_at)
      select c.id, value, 'Produto ' || value, 'UN', 0, 0 from companies c, json_each('["A", "B", "C"]')`);
}

/** Inserts movements into the ledger, in order. */
export async function insertMovements(
  ports: TestPorts,
  movements: readonly MovementRow[],
): Promise<void> {
  const rows = movements.map((one, i) => ({
    company: 1,
    product: "A",
    type: "ENTRADA",
    origin: "VENDA",
    reference: null,
    n: i,
    ...one,
  }));
  await ports.database.writing.execute({
    sql: `insert into movements (company, product, type, quantity_e4, origin, origin_ref, reference, posting, user_id, created_at,
        happened_at, value_e2, passed_e2, after_e4, after_e2)
      select value ->> 'company', value ->> 'product', value ->> 'type', iif(value ->> 'type' = 'ENTRADA', 10000, -10000),
        value ->> 'origin', coalesce(value ->> 'reference', '') || '#' || (value ->> 'n') || '@x', value ->> 'reference', 'x', 1,
        value ->> 'at', value ->> 'at', 0, 0, 10000, 0 from json_each(?1) order by key`,
    args: [JSON.stringify(rows)],
  });
}

/** One cell of every row that a walk gives, by its place, and how many rows each page had. */
export async function readPages(
  ports: Pick<Ports, "reader" | "yieldToEventLoop" | "meter">,
  walk: KeysetQuery,
  cell: number,
): Promise<{ rows: (string | number | null)[]; pages: number[] }> {
  const rows: (string | number | null)[] = [];
  const sizes: number[] = [];
  for await (const page of pages(ports, walk)) {
    sizes.push(page.length);
    for (const row of page) rows.push(trusted(row.at(cell) ?? null));
  }
  return { rows, pages: sizes };
}
