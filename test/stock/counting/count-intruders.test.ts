import { expect, test } from "bun:test";
import { closeCount, resumeCloses } from "../../../src/stock/counting/close-count.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type Answer, type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { balance, cancel, close, count, move, open, opened, product } from "./counts.ts";

/** What a flow of a count meets between its look and its batch, its answer, and the balance of A that is left (1/10⁴). */
type Act = (service: TestApp, id: string) => Promise<Answer>;
type Row = readonly [
  flow: string,
  intruder: string,
  act: Act,
  intrude: Act,
  answer: object,
  left: number,
];

const ONE = [{ product_code: "A", quantity: 1 }];
const add: Act = (service, id) => count(service, id, ONE);
const closing: Act = (service, id) => close(service, id);
const cancelling: Act = (service, id) => cancel(service, id);
const undo: Act = ({ send }, id) => send("DELETE", `/api/counts/${id}/lines/1`);
const sale: Act = (service) => move(service, "A", -2);
const notOpen = { status: 409, body: { code: "count.not_open" } };

/** Before: 10 of A, of which 7 were counted. */
const ROWS: readonly Row[] = [
  ["close", "a movement", closing, sale, { status: 200, body: { already_closed: false } }, 50_000],
  [
    "close",
    "another close",
    closing,
    closing,
    { status: 200, body: { already_closed: true } },
    70_000,
  ],
  ["close", "a line", closing, add, { status: 200, body: { already_closed: false } }, 80_000],
  ["close", "an undone line", closing, undo, { status: 200 }, 100_000],
  ["close", "a cancellation", closing, cancelling, notOpen, 100_000],
  ["line", "a close", add, closing, notOpen, 70_000],
  [
    "line",
    "a line of another device",
    add,
    add,
    { status: 200, body: { lines: [{ line: 3 }] } },
    100_000,
  ],
  ["line", "a cancellation", add, cancelling, notOpen, 100_000],
  ["undoing", "a close", undo, closing, notOpen, 70_000],
  ["undoing", "the same", undo, undo, { status: 200, body: { already: true } }, 100_000],
  ["cancellation", "a close", cancelling, closing, notOpen, 70_000],
  [
    "cancellation",
    "the same",
    cancelling,
    cancelling,
    { body: { already_cancelled: true } },
    100_000,
  ],
  [
    "opening",
    "an opening of the same scope",
    (service) => open(service, { scope: "products", product_codes: ["B"] }),
    (service) => open(service, { scope: "location", location: "P1" }),
    { status: 409, body: { code: "count.overlaps" } },
    100_000,
  ],
  [
    "opening",
    "the only product of its scope on its way to another place",
    (service) => open(service, { scope: "location", location: "P1" }),
    ({ send }) => send("PATCH", "/api/products/B", { json: { location: "P2" } }),
    { status: 409, body: { code: "count.empty_scope" } },
    100_000,
  ],
];

for (const [flow, intruder, act, intrude, answer, left] of ROWS)
  test(`${flow} meets ${intruder}: the answer and what is left agree`, () =>
    withApp(async (service) => {
      await product(service, "A", 10);
      await product(service, "B", 5, { location: "P1" });
      const id = await opened(service, { scope: "products", product_codes: ["A"] });
      await count(service, id, [{ product_code: "A", quantity: 7 }]);
      let came = false;
      beforeNextCommit(service.ports, async () => {
        came = true;
        await intrude(service, id);
      });
      expect(await act(service, id)).toMatchObject(answer);
      expect(came).toBe(true);
      expect((await balance(service, "A"))[0]).toBe(left);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

test("lines that two devices send at once under one key are written once", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await opened(service);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => count(service, id, ONE, { key: "same" })),
    );
    expect(answers.map(({ body }) => body.lines[0].line)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(answers.filter(({ body }) => !body.repeated)).toHaveLength(1);
  }));

test("a close that stops between its batches is gone on with by maintenance, and by the same call, once", () =>
  withApp(async (service) => {
    const codes = ["A", "B", "C", "D", "E"];
    for (const code of codes) await product(service, code, 10);
    const id = await opened(service);
    await count(
      service,
      id,
      codes.slice(0, 4).map((product_code) => ({ product_code, quantity: 4 })),
    );
    const cause = {
      actor: { company: 1, userId: 13, role: "GERENTE" },
      requestId: "t",
      peer: null,
    } as const;
    const order = { missing: "zero", reason: "inventário" } as const;
    const options = { cause, size: 2, batches: 0 };
    expect(await closeCount(service.ports, id, order, options)).toEqual({
      state: "closing",
      already: false,
    });
    expect(
      await service.rows("select count(*) as n from movements where origin = 'CONTAGEM'"),
    ).toEqual([{ n: 2 }]);
    expect(await count(service, id, ONE)).toMatchObject({ status: 409 });
    await move(service, "C", 1);
    await Promise.all([
      resumeCloses(service.ports, 1),
      close(service, id, "keep"),
      resumeCloses(service.ports, 1),
    ]);
    const left = await Promise.all(codes.map((code) => balance(service, code)));
    expect(left.map(([quantity]) => quantity / 10_000)).toEqual([4, 4, 5, 4, 0]);
    const events = await service.rows(
      "select count(*) as n from events where type = 'count.closed'",
    );
    expect(events).toEqual([{ n: 1 }]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a close that would leave less than nothing is refused where the company forbids it", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    await service.send("PATCH", "/api/company", { json: { allow_negative: false } });
    const id = await opened(service);
    await count(service, id, [{ product_code: "A", quantity: 4 }]);
    await move(service, "A", -8);
    expect(await close(service, id)).toMatchObject({
      status: 400,
      body: { code: "stock.insufficient", product_code: "A" },
    });
    await service.send("PATCH", "/api/company", { json: { allow_negative: true } });
    await close(service, id);
    expect((await balance(service, "A"))[0]).toBe(-40_000);
  }));

test("a line of a device without a network sees a movement that was overtaken by one of a later instant", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    service.ports.clock.advance(1_000);
    const id = await opened(service);
    beforeNextCommit(service.ports, async () => {
      service.ports.clock.advance(1);
      await move(service, "A", -1);
    });
    await move(service, "A", -2);
    const counted_at = new Date(service.ports.clock.now() + 1).toISOString();
    service.ports.clock.advance(60_000);
    await count(service, id, [{ product_code: "A", quantity: 7, counted_at }]);
    const { body } = await service.send("GET", `/api/counts/${id}/review`);
    expect(body.data).toMatchObject([{ counted: 7, expected: 7, difference: 0 }]);
  }));
