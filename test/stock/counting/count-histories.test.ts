import { expect, test } from "bun:test";
import fc from "fast-check";
import { closeCount } from "../../../src/stock/counting/close-count.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { findWrongSpans } from "../../../src/stock/spans.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { count, move, opened, product } from "./counts.ts";

const PRODUCTS = ["A", "B", "C", "D"] as const;
const code = fc.constantFrom(...PRODUCTS);
const act = fc.oneof(
  fc.record({
    kind: fc.constant("move" as const),
    code,
    quantity: fc.integer({ min: -6, max: 9 }),
  }),
  fc.record({
    kind: fc.constant("lines" as const),
    lines: fc.array(fc.record({ code, quantity: fc.nat({ max: 12 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    device: fc.nat({ max: 2 }),
    /** Sent again, as after a lost connection. */
    again: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("undo" as const), which: fc.nat({ max: 20 }) }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** What an observer in the shop knows of a product. */
interface Seen {
  quantity: number;
  lines: { line: number; quantity: number; since: number }[];
}

/** Plays the acts on a count; what moves after a line is added up beside it. */
async function play(service: TestApp, id: string, acts: readonly Act[], seen: Map<string, Seen>) {
  const of = (product: string): Seen => seen.get(product) ?? { quantity: 0, lines: [] };
  let written = 0;
  for (const [n, one] of acts.entries()) {
    if (one.kind === "move") {
      const { status } = await move(service, one.code, one.quantity || 1);
      if (status !== 201) continue;
      const { lines } = of(one.code);
      of(one.code).quantity += one.quantity || 1;
      for (const line of lines) line.since += one.quantity || 1;
    } else if (one.kind === "lines") {
      const lines = one.lines.map((line) => ({
        product_code: line.code,
        quantity: line.quantity,
        device: `coletor ${one.device}`,
      }));
      for (let sent = 0; sent < (one.again ? 2 : 1); sent += 1)
        expect((await count(service, id, lines, { key: `${n}` })).status).toBe(200);
      for (const { code: product, quantity } of one.lines)
        of(product).lines.push({ line: ++written, quantity, since: 0 });
    } else {
      const line = one.which % (written + 1);
      await service.send("DELETE", `/api/counts/${id}/lines/${line}`);
      for (const product of seen.values())
        product.lines = product.lines.filter((known) => known.line !== line);
    }
  }
}

test(
  "after a close the balance of a product is what was counted and what has moved since its last line",
  () =>
    withApp(async (service) => {
      for (const product_code of PRODUCTS) await product(service, product_code, 0);
      const cause = {
        actor: { company: 1, userId: 13, role: "GERENTE" },
        requestId: "t",
        peer: null,
      } as const;
      await fc.assert(
        fc.asyncProperty(
          fc.array(act, { minLength: 1, maxLength: 14 }),
          fc.array(act, { maxLength: 4 }),
          fc.constantFrom("keep" as const, "zero" as const),
          fc.integer({ min: 1, max: 5 }),
          async (acts, later, missing, size) => {
            const seen = new Map<string, Seen>();
            for (const name of PRODUCTS) {
              const [row] = await service.rows(
                "select quantity_e4 from balances where company = 1 and product = ?1",
                [name],
              );
              seen.set(name, { quantity: Number(row?.quantity_e4 ?? 0) / 10_000, lines: [] });
            }
            const id = await opened(service);
            await play(service, id, acts, seen);
            await play(
              service,
              id,
              later.filter(({ kind }) => kind === "move"),
              seen,
            );
            const order = { missing, reason: "inventário" };
            let state = "";
            while (state !== "closed")
              ({ state } = await closeCount(service.ports, id, order, { cause, size, batches: 1 }));
            for (const [name, { quantity, lines }] of seen) {
              const last = lines.at(-1);
              const counted = lines.reduce((sum, line) => sum + line.quantity, 0);
              const expected =
                last !== undefined ? counted + last.since : missing === "zero" ? 0 : quantity;
              const [row] = await service.rows(
                "select quantity_e4 from balances where company = 1 and product = ?1",
                [name],
              );
              expect([name, Number(row?.quantity_e4 ?? 0)]).toEqual([name, expected * 10_000]);
            }
            expect(await reconcileAll(service.ports, 1)).toEqual([]);
          },
        ),
        { numRuns: FULL ? 2_000 : 12, seed: 20 },
      );
      expect(await findWrongSpans(service.ports, 1)).toEqual([]);
    }),
  600_000,
);
