import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PAGE_ROWS, pages } from "../../src/export/pages.ts";
import { movementKeyset } from "../../src/export/sheets/movements.ts";
import { stockKeyset } from "../../src/export/sheets/stock.ts";
import { type Reader, readerOf, type Statement } from "../../src/ports/sql.ts";
import { foldProducts } from "../../src/stock/fold-products.ts";
import type { MovementFilter } from "../../src/stock/reports/ledger.ts";
import {
  insertMovements,
  insertTwoCompanies,
  type MovementRow,
  readPages,
} from "../support/exports/ledger-rows.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";

/** The id is the last field of a movement, before the two values of its key. */
const ID = -3;

let ports: TestPorts;
let ledger: Required<Pick<MovementRow, "product" | "type" | "origin" | "reference" | "at">>[];

/** 2,400 movements of 37 instants in no order: many share one, and one has more than two pages. */
beforeAll(async () => {
  ports = await testPorts();
  await insertTwoCompanies(ports);
  ledger = Array.from({ length: 2_400 }, (_, i) => ({
    product: i % 11 === 0 ? "C" : "A",
    type: i % 7 === 0 ? ("SAIDA" as const) : ("ENTRADA" as const),
    origin: i % 5 === 0 ? "VENDA" : "NFE",
    reference: i % 100 === 0 ? "pedido 1" : `k${i % 40}`,
    at: i % 2 === 0 ? 1_700_000_000_000 : 1_700_000_000_000 + ((i * 7_919) % 37) * 1_000,
  }));
  await insertMovements(ports, ledger);
  await insertMovements(
    ports,
    ledger.slice(0, 700).map((one) => ({ ...one, company: 2 })),
  );
});
afterAll(() => ports.close());

/** What the filter means, said without SQL: ids, newest first. */
function expected(filter: MovementFilter): number[] {
  return (
    ledger
      .map((one, i) => ({ ...one, id: i + 1 }))
      .filter(
        (one) =>
          (filter.product === undefined || one.product === filter.product) &&
          (filter.type === undefined || one.type === filter.type) &&
          (filter.origin === undefined || one.origin === filter.origin) &&
          (filter.reference === undefined || one.reference === filter.reference) &&
          (filter.from === undefined || one.at >= filter.from) &&
          (filter.until === undefined || one.at < filter.until),
      )
      // Those of one product come in the order of writing.
      .sort((a, b) => (filter.product === undefined ? b.at - a.at : 0) || b.id - a.id)
      .map((one) => one.id)
  );
}

describe("movements", () => {
  test("come once each, newest first, even where more share an instant than fit a page", async () => {
    const { rows, pages: sizes } = await readPages(ports, movementKeyset(1, {}), ID);
    expect(rows).toEqual(expected({}));
    const whole = Math.floor(2_400 / PAGE_ROWS);
    expect(sizes).toEqual([...Array(whole).fill(PAGE_ROWS), 2_400 % PAGE_ROWS]);
  });

  test("match every combination of filters", async () => {
    const at = fc.option(
      fc.integer({ min: -1, max: 38 }).map((s) => 1_700_000_000_000 + s * 1_000),
      { nil: undefined },
    );
    const one = (...values: string[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      product: one("A", "C", "B", "none"),
      type: fc.option(fc.constantFrom("ENTRADA" as const, "SAIDA" as const), { nil: undefined }),
      origin: one("VENDA", "NFE", "none"),
      reference: one("pedido 1", "k3", "none"),
      from: at,
      until: at,
    });
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const { rows } = await readPages(ports, movementKeyset(1, filter), ID);
        expect(rows).toEqual(expected(filter));
      }),
      { seed: 20261123, numRuns: 60 },
    );
  });

  test("never include those of another company", async () => {
    const { rows } = await readPages(ports, movementKeyset(2, {}), ID);
    expect(rows.length).toBe(700);
    expect(Math.min(...rows.map(Number))).toBe(2_401);
    expect((await readPages(ports, movementKeyset(3, {}), ID)).rows).toEqual([]);
  });

  test("recorded meanwhile neither shift nor repeat the others", async () => {
    const own = await testPorts();
    await insertTwoCompanies(own);
    await insertMovements(
      own,
      Array.from({ length: PAGE_ROWS + 10 }, (_, i) => ({ at: i })),
    );
    const seen: unknown[] = [];
    for await (const page of pages(own, movementKeyset(1, {}))) {
      seen.push(...page.map((row) => row.at(ID)));
      await insertMovements(own, [
        { at: 9_000_000 + seen.length, reference: `late ${seen.length}` },
      ]);
    }
    expect(seen).toEqual(Array.from({ length: PAGE_ROWS + 10 }, (_, i) => PAGE_ROWS + 10 - i));
    await own.close();
  });
});

describe("the stock", () => {
  test("comes in pages by name and then code, with balances", async () => {
    const own = await testPorts();
    await insertTwoCompanies(own);
    await own.database.writing.executeMultiple(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${PAGE_ROWS + 100})
      insert into products (company, code, name, unit, active, min_stock_e4, created_at, updated_at)
      select 1, 'x' || i, 'Nome ' || (i % 13), 'UN', i % 10 <> 0, 50000, 0, 0 from n;
      insert into balances (company, product, quantity_e4, updated_at)
      select 1, code, 10000 * (substr(code, 2) % 8), 0 from products where company = 1 and code like 'x%' and code <> 'x1';
    `);
    await foldProducts(own, 1);
    const all = await own.reader.rows({
      sql: `select code, name, active, coalesce((select quantity_e4 from balances b where b.product = code and b.company = 1), 0) as q
        from products where company = 1`,
      args: [],
    });
    const order = (rows: typeof all) =>
      rows
        .filter((row) => row.active === 1)
        .map((row) => [String(row.name), String(row.code)] as const)
        .sort(([a, b], [c, d]) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1))
        .map(([, code]) => code);
    const { rows, pages: sizes } = await readPages(own, stockKeyset(1, {}), 0);
    expect(rows).toEqual(order(all));
    expect(sizes.length).toBe(2);

    const low = await readPages(own, stockKeyset(1, { low: true, search: "nomé X1" }), 0);
    expect(low.rows).toEqual(
      order(all.filter((row) => Number(row.q) < 50_000 && String(row.code).startsWith("x1"))),
    );
    await own.close();
  });

  test("has the status of each product by its minimum", async () => {
    const own = await testPorts();
    await insertTwoCompanies(own);
    await own.database.writing.executeMultiple(`
      update products set min_stock_e4 = 50000;
      insert into balances (company, product, quantity_e4, updated_at)
      values (1, 'A', 50000, 0), (1, 'B', 49999, 0), (1, 'C', -1, 0);`);
    const { rows } = await readPages(own, stockKeyset(1, {}), 11);
    expect(rows).toEqual(["Em Estoque", "Baixo Estoque", "Esgotado"]);
    expect((await readPages(own, stockKeyset(2, {}), 11)).rows).toEqual(Array(3).fill("Esgotado"));
    await own.close();
  });
});

describe("a page", () => {
  /** How SQLite goes through the tables. */
  const planOf = async ({ sql, args }: Statement): Promise<string[]> => {
    const rows = await ports.reader.rows({ sql: `explain query plan ${sql}`, args });
    return rows.map((row) => String(row.detail));
  };
  const filters: MovementFilter[] = [
    {},
    { type: "SAIDA" },
    { from: 1, until: 2 },
    { origin: "NFE", reference: "k1" },
    { reference: "k1", from: 1 },
    { product: "A" },
    { product: "A", type: "SAIDA", from: 1, until: 2, origin: "VENDA", reference: "k1" },
  ];

  test("is sought in the index of its order, without a scan or a sort", async () => {
    for (const filter of filters) {
      const walk = movementKeyset(1, filter);
      const plan = await planOf(walk.page(walk.start, 500, "bytes"));
      const from = filter.from === undefined ? "" : " AND created_at>?";
      const index =
        filter.product === undefined
          ? `movements_by_time (company=?${from} AND created_at<?)`
          : "movements_by_product (company=? AND product=? AND id<?)";
      expect(plan).toContain(
        `SEARCH ${filter.product === undefined ? "first" : "m"} USING INDEX ${index}`,
      );
      expect(
        plan.filter((step) => /TEMP B-TREE|SCAN (?!\(subquery|below|CONSTANT)/.test(step)),
      ).toEqual([]);
    }
    for (const filter of [{}, { search: "a" }, { low: true, categoryId: 1 }]) {
      const walk = stockKeyset(1, filter);
      const plan = await planOf(walk.page(walk.start, 500, "bytes"));
      expect(plan).toContain(
        "SEARCH p USING INDEX products_search (company=? AND (search,code)>(?,?))",
      );
      expect(
        plan.filter((step) => /TEMP B-TREE|SCAN (?!\(subquery|below|CONSTANT)/.test(step)),
      ).toEqual([]);
    }
  });

  test("visits one slice, however few of its rows match", async () => {
    const { pages: sizes } = await readPages(ports, movementKeyset(1, { origin: "none" }), ID);
    expect(sizes).toEqual(Array(Math.ceil(2_400 / PAGE_ROWS)).fill(0));
  });

  test("is one statement of constant text", async () => {
    const texts = new Set<string>();
    const statements: Statement[] = [];
    const reader: Reader = readerOf({
      rows(statement, signal) {
        texts.add(statement.sql);
        statements.push(statement);
        return ports.reader.rows(statement, signal);
      },
    });
    for (const reference of ["k1", "'; drop table movements; --"])
      await readPages({ ...ports, reader }, movementKeyset(1, { reference }), ID);
    expect([texts.size, statements.length]).toEqual([1, 2 * Math.ceil(2_400 / PAGE_ROWS)]);
  });

  test("is not read after an abort; each yields to the event loop first", async () => {
    let breaths = 0;
    const yieldToEventLoop = async () => {
      breaths += 1;
    };
    const { signal, abort } = leaving();
    const read = pages({ ...ports, yieldToEventLoop }, movementKeyset(1, {}), signal);
    expect((await read.next()).value?.length).toBe(PAGE_ROWS);
    await read.next();
    expect(breaths).toBe(2);
    abort();
    await expect(read.next()).rejects.toThrow("left");
    expect((await read.next()).done).toBe(true);
  });

  test("is read while the one before is used, and no further; it is given up where the caller ends", async () => {
    const asked: (AbortSignal | undefined)[] = [];
    const reader = readerOf({
      rows(statement, signal) {
        asked.push(signal);
        return ports.reader.rows(statement, signal);
      },
    });
    const walk = pages({ ...ports, reader }, movementKeyset(1, {}));
    await walk.next();
    expect(asked.length).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect([asked.length, asked[1]?.aborted]).toEqual([2, false]);
    await walk.return();
    expect([asked.length, asked[1]?.aborted]).toEqual([2, true]);
  });
});

function leaving() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error("left")) };
}
