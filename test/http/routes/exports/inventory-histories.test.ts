import { expect, test } from "bun:test";
import fc from "fast-check";
import { type TestApp, withApp } from "../../../support/app.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { testInFull } from "../../../support/full.ts";
import { buy, item, move, sell } from "../../../support/notes/postings.ts";
import { NOON } from "../../../support/ports.ts";

const DAY = 86_400_000;
const HOUR = DAY / 24;

/**
 * A random history of two products, an hour from one step to the next: notes that are dated back, manual movements, reversals, and
 * late costs of the last note.
 */
const step = fc.record({
  product: fc.constantFrom("P1", "P2"),
  kind: fc.constantFrom("note", "late note", "entry", "exit", "sale", "reversal", "late cost"),
  quantity: fc.integer({ min: 1, max: 40 }),
  cents: fc.integer({ min: 1, max: 999 }),
  daysBack: fc.integer({ min: 1, max: 6 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function play(service: TestApp, steps: readonly Step[]): Promise<void> {
  let seed = 0;
  let bought = "";
  for (const { product, kind, quantity, cents, daysBack } of [
    { product: "P1", kind: "note", quantity: 5, cents: 100, daysBack: 6 },
    { product: "P2", kind: "note", quantity: 5, cents: 33, daysBack: 5 },
    ...steps,
  ]) {
    seed += 1;
    const now = service.ports.clock.now() + HOUR;
    service.ports.clock.set(now);
    const price = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
    if (kind.endsWith("note")) {
      const issued = new Date(now - (kind === "note" ? HOUR : daysBack * DAY)).toISOString();
      const issuedAt = issued.replace(/\.\d+Z$/, "+00:00");
      const note = await buy(service, seed, [item(product, String(quantity), price)], issuedAt);
      bought = note.accessKey;
    } else if (kind === "late cost") {
      const json = { amount: price, reason: "frete", document: `CT-e ${seed}` };
      const { status } = await service.send("POST", `/api/nfes/${bought}/costs`, { json });
      expect(status).toBe(200);
    } else if (kind === "sale") await sell(service, seed, product, String(quantity));
    else if (kind === "reversal") {
      const [last] = await service.rows(
        "select max(id) as id from movements where origin = 'MANUAL' and undoes is null",
      );
      if (last?.id !== null)
        await service.send("POST", `/api/movements/${last?.id}/reverse`, {
          json: { reason: "engano" },
        });
    } else
      await move(service, {
        product_code: product,
        type: kind === "entry" ? "ENTRADA" : "SAIDA",
        quantity,
        ...(kind === "entry" ? { unit_cost: price } : {}),
      });
  }
}

interface Line {
  id: number;
  created_at: string;
  happened_at: string;
  quantity: number;
  value: number;
  value_passed_on: number;
  balance: number;
  stock_value: number;
}
const cents = (value: number) => Math.round(value * 100);

/** Compares the inventory of each day with the kardex; says how often a day's row was a state that stood. */
async function compare(service: TestApp): Promise<number> {
  let stood = 0;
  const now = service.ports.clock.now();
  const days = Math.floor((now - NOON) / DAY) + 9;
  for (const known of [null, NOON + 2.5 * HOUR, NOON + 5.5 * HOUR])
    for (let n = 0; n < days; n += 1)
      stood += await compareDay(service, NOON + (n - 8) * DAY, known);
  return stood;
}

/** The day of an instant; `known`: as it was known before that instant. */
async function compareDay(service: TestApp, day: number, known: number | null): Promise<number> {
  let stood = 0;
  const date = new Date(day - 3 * HOUR).toISOString().slice(0, 10);
  const end = Date.parse(`${date}T00:00:00-03:00`) + DAY;
  const asKnown = known === null ? "" : `&known_at=${new Date(known).toISOString()}`;
  const answer = await service.send("GET", `/api/export/inventory?date=${date}${asKnown}`);
  if (day > NOON && answer.body?.code === "inventory.date_in_future") return 0;
  const rows = answer.status === 200 ? csvRecords(answer.text) : [];
  let moved = 0;
  for (const product of ["P1", "P2"]) {
    const { body } = await service.send("GET", `/api/products/${product}/kardex?limit=100`);
    const lines: Line[] = body.data
      .toReversed()
      .filter((line: Line) => Date.parse(line.created_at) < (known ?? Number.MAX_SAFE_INTEGER));
    const dated = lines.filter(({ happened_at }) => Date.parse(happened_at) < end);
    moved += dated.length;
    const quantity = dated.reduce((sum, line) => sum + line.quantity, 0);
    const value = dated.reduce(
      (sum, line) => sum + cents(line.value) - cents(line.value_passed_on),
      0,
    );
    const row = rows.find((one) => one.Código === product);
    const found = [row?.Quantidade ?? "0", row?.Valor ?? "0,00"];
    const text = (value / 100).toFixed(2).replace(".", ",");
    expect([date, product, ...found]).toEqual([date, product, String(quantity), text]);
    // What is dated before is what was written first: the row is the state after the last of them.
    const last = dated.at(-1);
    if (last === undefined || dated.length !== lines.indexOf(last) + 1) continue;
    stood += 1;
    expect([quantity, value]).toEqual([last.balance, cents(last.stock_value)]);
  }
  expect([date, answer.body?.code ?? null]).toEqual([
    date,
    moved === 0 ? "inventory.before_first_movement" : null,
  ]);
  return stood;
}

async function histories(seed: number, numRuns: number): Promise<number> {
  let stood = 0;
  for (const steps of fc.sample(fc.array(step, { minLength: 6, maxLength: 14 }), { seed, numRuns }))
    await withApp(async (service) => {
      await play(service, steps);
      stood += await compare(service);
    });
  return stood;
}

test("a row of an inventory is the sum of the kardex up to that day, and its last state where no note came late", async () => {
  expect(await histories(20261128, 4)).toBeGreaterThan(5);
}, 60_000);

testInFull("an inventory equals the kardex after 300 random histories", async () => {
  expect(await histories(7, 300)).toBeGreaterThan(500);
});
