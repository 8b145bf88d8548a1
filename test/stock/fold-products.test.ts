import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fold } from "../../src/lib/fold.ts";
import { type Connection, openConnection } from "../../src/platform/bun/database/connection.ts";
import { rowsOf } from "../../src/platform/libsql/rows.ts";
import { foldProducts, productSearch } from "../../src/stock/fold-products.ts";
import { listLevels } from "../../src/stock/reports/levels.ts";
import { insertTwoCompanies } from "../support/exports/ledger-rows.ts";
import { testPorts } from "../support/ports.ts";

/** Every letter of Latin-1, with the accents that stand alone. */
const LATIN_1 = String.fromCodePoint(...Array.from({ length: 0x100 - 0x20 }, (_, i) => 0x20 + i));
const NAMES = [
  "AÇÚCAR CRISTAL",
  "Tubo ½ Nº 2",
  "cafe\u0301 torrado",
  "ß Øl Æon",
  LATIN_1.replaceAll(/[\x7f-\x9fµ]/g, ""),
];

describe("the migration that writes the search texts", () => {
  let folder = "";
  let database: Connection;
  const rows = async (sql: string) => rowsOf(await database.execute({ sql, args: [] }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sge-fold-"));
    database = await openConnection(join(folder, "sge.db"), "PRAGMA journal_mode = WAL");
    const { entries } = await Bun.file("migrations/meta/_journal.json").json();
    for (const { tag } of entries) {
      if (tag.endsWith("_folded_search")) {
        const products = JSON.stringify([...NAMES, "5 µm €"].map((name, i) => [`Ç${i}`, name]));
        await database.executeMultiple(
          `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
            require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          select 1, 'Loja', '[]', 'production', 'UTC', 0, '[]', 0, 0, 1, 1, 0, 0`,
        );
        await database.execute({
          sql: `insert into products (company, code, name, unit, barcode, created_at, updated_at)
            select 1, value ->> 0, value ->> 1, 'UN', '789', 0, 0 from json_each(?1)`,
          args: [products],
        });
        const names = JSON.stringify([...NAMES, ...NAMES]);
        await database.execute({
          sql: `insert into notes (company, access_key, sha256, status, registration, direction, issued_by_us, model, series, number,
            issued_at, issued_ms, supplier_id, supplier_name, total_items, total_value_e2, has_protocol, holds, findings, rules,
            settings_version, received_at, received_by, updated_at)
          select 1, printf('%044d', key), 'x', 'PENDENTE', 'x', 'entry', 0, '55', '1', '1', '', 0, '1122233300018A', value, 1, 0, 0,
            '[]', '[]', '[]', 1, 0, 1, 0 from json_each(?1)`,
          args: [names],
        });
      }
      await database.executeMultiple(await Bun.file(`migrations/${tag}.sql`).text());
    }
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("writes the same text as the code for products with letters of Latin-1", async () => {
    const found = await rows("select search from products order by code");
    expect(found.slice(0, NAMES.length).map((row) => row.search)).toEqual(
      NAMES.map((name, i) => productSearch(name, `Ç${i}`, "789")),
    );
  });

  test("leaves a product with other characters to maintenance", async () => {
    expect(await rows("select name from products where search = ''")).toMatchObject([
      { name: "5 µm €" },
    ]);
  });

  test("writes one row for each name of a supplier", async () => {
    const found = await rows("select supplier, folded from parties");
    expect(found.map((row) => row.folded).sort()).toEqual(
      NAMES.map((name) => `${fold(name)}\t1122233300018a`).sort(),
    );
  });
});

test("maintenance writes missing search texts in slices", async () => {
  const ports = await testPorts();
  await insertTwoCompanies(ports);
  await ports.database.writing.executeMultiple(
    "update products set search = '', name = 'PREÇO 5 € ' || code where company = 1",
  );
  const found = () => listLevels(ports, 1, { search: "preco €" }, { limit: 10, offset: 0 });
  expect((await found()).total).toBe(0);
  expect(await foldProducts(ports, 1, 2)).toBe(3);
  expect(await foldProducts(ports, 1, 2)).toBe(0);
  expect((await found()).total).toBe(3);
  await ports.close();
});
