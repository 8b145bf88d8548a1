import { join } from "node:path";
import { openDatabase } from "../src/platform/bun/database/database.ts";

const MIGRATION = join(import.meta.dir, "..", "migrations", "0003_sums_of_the_ledger.sql");
const DAY = 86_400_000;

/** Notes of one supplier in a shop: 3,000 suppliers at 400,000 notes. */
const NOTES_OF_SUPPLIER = 133;

/** A trade of two years up to now: ten lines a note, every tenth a sale by hand; the notes come from many suppliers in turn. */
export async function fillShop(path: string, movements: number, products: number): Promise<void> {
  const { writing, close } = await openDatabase(`file:${path}`);
  const suppliers = Math.max(1, Math.floor(movements / 10 / NOTES_OF_SUPPLIER));
  const supplier = `printf('%014d', 11222333000181 + i % ${suppliers})`;
  const numbers = (count: number) =>
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  await writing.executeMultiple(`PRAGMA synchronous = OFF; PRAGMA busy_timeout = 20000;
    ${numbers(products)} insert into products (company, code, name, search, unit, last_cost_e2, last_cost_quantity_e4, created_at, updated_at)
      select 1, printf('%06d', i), 'Parafuso sextavado nº ' || i, 'parafuso sextavado no ' || i || char(9) || printf('%06d', i) || ' ', 'UN', 1234 + i % 777, 30000, 0, 0 from n;
    ${numbers(products)} insert into supplier_items (company, supplier, code, unit, product, factor_e4, created_at, updated_at)
      select 1, '11222333000181', printf('%06d', i), 'UN', printf('%06d', i), 10000, 0, 0 from n;
    ${numbers(movements / 10)} insert into notes (company, access_key, sha256, status, registration, posting, direction, issued_by_us, model,
        series, number, issued_at, issued_ms, supplier_id, supplier_name, total_items, total_value_e2, has_protocol, holds, findings,
        rules, settings_version, received_at, received_by, updated_at)
      select 1, printf('3526091122233300018155001%09d1000000420', i), '', 'PROCESSADA', 'r', 'p', 'entry', 0, '55', '1', i,
        '2026-11-23T09:00:00-03:00', i, ${supplier}, 'Metalúrgica Tigre ' || (i % ${suppliers}) || ' Ltda', 10, 100000, 1, '[]', '[]', '[]', 1, i, 1, i from n;
    ${numbers(suppliers)} insert into parties (company, supplier, folded)
      select 1, ${supplier}, 'metalurgica tigre ' || (i % ${suppliers}) || ' ltda' || char(9) || ${supplier} from n;`);
  const begun = Date.now() - 730 * DAY;
  const apart = Math.floor((730 * DAY) / (movements / 10));
  for (let from = 0; from < movements; from += 50_000)
    await writing.execute({
      sql: `with recursive n(i) as (select cast(?1 as integer) + 1 union all select i + 1 from n where i < ?2)
        insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, reference, posting, user_id, created_at,
          happened_at, value_e2, passed_e2, after_e4, after_e2)
        select 1, printf('%06d', 1 + (i * 7919) % ${products}), iif(i % 10 = 0, 'SAIDA', 'ENTRADA'),
          iif(i % 10 = 0, -1, 1) * (i % 1000 + 1) * 1250, iif(i % 10 = 0, null, (i % 1000 + 1) * 333), iif(i % 10 = 0, 'VENDA', 'NFE'),
          iif(i % 10 = 0, 'v' || i, printf('3526091122233300018155001%09d1000000420', i / 10) || '#' || (i % 10) || '@x'),
          iif(i % 10 = 0, 'Pedido ' || i, null), 'p' || (i / 10), 1, cast(?3 as integer) + (i / 10) * ${apart},
          cast(?3 as integer) + (i / 10) * ${apart}, 0, 0, 10000, 0 from n`,
      args: [from, Math.min(movements, from + 50_000), begun],
    });
  const sums = /INSERT INTO ledger_spans[^;]*;/.exec(await Bun.file(MIGRATION).text())?.[0] ?? "";
  await writing.executeMultiple(`insert into balances (company, product, quantity_e4, updated_at)
      select company, product, sum(quantity_e4), max(created_at) from movements group by 1, 2; ${sums}`);
  await close();
}
