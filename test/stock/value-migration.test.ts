import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openDatabase } from "../../src/platform/bun/database/database.ts";
import { FULL } from "../support/full.ts";
import { type Cost, type State, step } from "../support/value-replay.ts";

const MIGRATION = "migrations/0014_value_of_the_stock.sql";
const statements = (sql: string) => sql.split("--> statement-breakpoint");

/** A database as it was before the stock had a value: the tables that the migration touches. */
async function before() {
  const folder = await mkdtemp(join(tmpdir(), "sge-valued-"));
  const database = await openDatabase(`file:${join(folder, "sge.db")}`);
  const run = async (
    sql: string,
    args: (string | number | null)[] = [],
  ): Promise<Record<string, unknown>[]> =>
    (await database.writing.execute({ sql, args })).rows.map((row) => ({ ...row }));
  await run("pragma synchronous = off");
  const first = await Bun.file("migrations/0000_companies_stock_notes.sql").text();
  for (const statement of statements(first)) await run(statement);
  return {
    run,
    async [Symbol.asyncDispose]() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const moves = fc.array(
  fc.record({
    product: fc.constantFrom("A", "B", "C"),
    quantity: fc.integer({ min: -90_000, max: 120_000 }).filter((q) => q !== 0),
    cost: fc.option(fc.integer({ min: 0, max: 100_000 })),
  }),
  { minLength: 1, maxLength: 40 },
);

test("the migration values what was written before, in the order of writing, as a replay does, and keeps every row", async () => {
  const sql = await Bun.file(MIGRATION).text();
  await fc.assert(
    fc.asyncProperty(moves, async (list) => {
      await using old = await before();
      const { run } = old;
      await run(
        "insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds, require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at) values (1, 'a', '[]', 'production', 'UTC', 0, '[]', 0, 0, 1, 1, 0, 0)",
      );
      for (const code of ["A", "B", "C"])
        await run(
          "insert into products (company, code, name, unit, created_at, updated_at) values (1, ?, 'x', 'UN', 0, 0)",
          [code],
        );
      for (const [i, { product, quantity, cost }] of list.entries())
        await run(
          `insert into movements (company, product, type, quantity_e4, cost_e2, origin, origin_ref, posting, created_at)
            values (1, ?, ?, ?, ?, 'MANUAL', ?, ?, ?)`,
          [
            product,
            quantity > 0 ? "ENTRADA" : "SAIDA",
            quantity,
            cost === null ? null : Math.sign(quantity) * cost,
            `r${i}`,
            `r${i}`,
            1_000 - i,
          ],
        );
      await run(
        "insert into balances select company, product, sum(quantity_e4), 0 from movements group by 1, 2",
      );
      const kept = await run("select * from movements order by id");
      // The columns of later migrations are no part of this one.
      await run("alter table balances add column version integer not null default 1");
      for (const statement of statements(sql)) await run(statement);
      const rows = await run("select * from movements order by id");
      expect(
        rows.map((row) => Object.fromEntries(Object.keys(kept[0] ?? {}).map((k) => [k, row[k]]))),
      ).toEqual(kept);
      const states = new Map<string, State>();
      const lasts = new Map<string, Cost>();
      for (const row of rows) {
        const product = String(row.product);
        const q = BigInt(Number(row.quantity_e4));
        const c = q > 0n && row.cost_e2 !== null ? BigInt(Number(row.cost_e2)) : null;
        const valued = step(
          states.get(product) ?? { q: 0n, v: 0n },
          { q, c },
          lasts.get(product) ?? null,
        );
        states.set(product, valued.after);
        if (c !== null && c > 0n) lasts.set(product, { e2: c, per: q });
        const given = [row.value_e2, row.passed_e2, row.after_e4, row.after_e2];
        const { value, passed, after } = valued;
        expect([row.id, ...given]).toEqual([
          row.id,
          ...[value, passed, after.q, after.v].map(Number),
        ]);
        expect(row.happened_at).toBe(row.created_at ?? null);
      }
      for (const balance of await run("select * from balances")) {
        const state = states.get(String(balance.product));
        expect([balance.quantity_e4, balance.value_e2]).toEqual([
          Number(state?.q),
          Number(state?.v),
        ]);
      }
    }),
    { seed: 20261128, numRuns: FULL ? 12 : 4 },
  );
});
