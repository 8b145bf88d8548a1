import { expect, test } from "bun:test";
import { cancellationEvent, correctionLetter } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { isSound, SCREW } from "../../support/notes/event-exits.ts";
import { orders, stateOf } from "../../support/notes/every-order.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";
import { supplier } from "../../support/notes/purchase.ts";

type Acts = Readonly<Record<string, () => Promise<{ status: number }>>>;

/** A note of its own for each order, and what is said about it and done with it, by name. */
function actsOf(service: TestApp, seed: number): { key: string; acts: Acts } {
  const { upload, send } = service;
  const items = [SCREW, { ...SCREW, cProd: "C1", qCom: "3", vUnCom: "7.77" }];
  const { accessKey: key, xml } = syntheticNote({ seed, emit: supplier, items });
  const lost = (quantity: string) => [
    { nItem: 1, quantity, unit: "CX" },
    { nItem: 2, quantity: "1", unit: "CX" },
  ];
  const loss = lossEvent(key, lost("4"));
  const theirs = lossEvent(key, lost("9"), { type: "211124", author: COMPANY.cnpj });
  const override = ["goods_lost"];
  return {
    key,
    acts: {
      note: () => upload(xml),
      approval: () => send("POST", `/api/nfes/${key}/process`, { json: { override } }),
      loss: () => upload(loss),
      undo: () => upload(undoEvent(key, "112130", loss)),
      theirs: () => upload(theirs),
      letter: () => upload(correctionLetter(key)),
      cancellation: () => upload(cancellationEvent(key)),
    },
  };
}

/** All orders of the names; of more than 24 `check` takes every fifth, the first of all among them. */
const ordersOf = (names: readonly string[]) => {
  const all = orders(names);
  return FULL || all.length <= 24 ? all : all.filter((_, n) => n % 5 === 0);
};

/** What is left after each order; `approved`: of those in which the note comes before its approval. */
async function ends(names: readonly string[], approved: boolean) {
  const states: { order: string[]; state: Awaited<ReturnType<typeof stateOf>> }[] = [];
  await withApp(async (service) => {
    await service.send("PATCH", "/api/company", { json: { overridable_holds: ["goods_lost"] } });
    for (const [n, order] of ordersOf(names).entries()) {
      if (approved && order.indexOf("approval") < order.indexOf("note")) continue;
      const { key, acts } = actsOf(service, 1000 + n);
      for (const name of order) {
        const { status } = (await acts[name]?.()) ?? { status: 0 };
        // An approval before its note (404), or of a cancelled one (409), is refused.
        if (name !== "approval") expect([order, name, status]).toEqual([order, name, 200]);
      }
      states.push({ order, state: await stateOf(service, key) });
      if (!approved)
        expect(
          await service.rows("select 1 from balances where quantity_e4 <> 0 or value_e2 <> 0"),
        ).toEqual([]);
    }
    await isSound(service);
  });
  return states;
}

/** The orders whose state is not that of the first. The rules of a note in stock are those that it was approved under. */
function others(states: readonly { order: string[]; state: { status: string; rules: unknown } }[]) {
  const compared = ({ rules, ...state }: { status: string; rules: unknown }) =>
    JSON.stringify(state.status === "PROCESSADA" ? state : { ...state, rules });
  return states.filter(({ state }) =>
    states.some((one) => compared(one.state) !== compared(state)),
  );
}

test("every order of note, approval, loss, its 110001 and cancellation ends in the same state, with nothing in stock", async () => {
  const states = await ends(["note", "approval", "loss", "undo", "cancellation"], false);
  expect(states).toHaveLength(FULL ? 120 : 24);
  expect(states[0]?.state).toMatchObject({ status: "CANCELADA", moved: [] });
  expect(others(states)).toEqual([]);
});

test("every order of note, approval, loss and its 110001 ends with all of the goods in stock and no hold", async () => {
  const states = await ends(["note", "approval", "loss", "undo", "letter"], true);
  expect(states).toHaveLength(FULL ? 60 : 13);
  const moved = [
    { product: "001", quantity: 100_000, value: 2000 },
    { product: "C1", quantity: 30_000, value: 2331 },
  ];
  expect(states[0]?.state).toMatchObject({ status: "PROCESSADA", holds: [], findings: [], moved });
  expect(others(states)).toEqual([]);
});

/**
 * Holds and findings say the same in two ways: a loss that came first is a hold that the approval has overridden and that stays,
 * one that came later is a finding. So they are not compared. The value is: the one note is all that the average is made of.
 */
test("every order of note, approval and two losses ends with what both leave, never less than nothing", async () => {
  const states = await ends(["note", "approval", "loss", "theirs"], true);
  expect(states).toHaveLength(12);
  for (const { order, state } of states)
    expect([order, state.status, state.moved]).toEqual([
      order,
      "PROCESSADA",
      [{ product: "C1", quantity: 10_000, value: 777 }],
    ]);
});

test("every order of two losses and the 110001 of one leaves what the other takes", async () => {
  const states = await ends(["note", "approval", "loss", "theirs", "undo"], true);
  expect(states).toHaveLength(FULL ? 60 : 13);
  for (const { order, state } of states)
    expect([order, state.moved]).toEqual([
      order,
      [
        { product: "001", quantity: 10_000, value: 200 },
        { product: "C1", quantity: 20_000, value: 1554 },
      ],
    ]);
});

test("a note, its approval, its loss, its 110001 and its cancellation sent at once end as they do one by one", () =>
  withApp(async (service) => {
    await service.send("PATCH", "/api/company", { json: { overridable_holds: ["goods_lost"] } });
    const sets = Array.from({ length: 10 }, (_, n) => actsOf(service, 3000 + n));
    const names = ["note", "loss", "approval", "undo", "cancellation"];
    /** As a client does: what was overtaken too often (503) is sent again. */
    const send = async (act: Acts[string] | undefined): Promise<void> => {
      if ((await act?.())?.status === 503) return send(act);
    };
    await Promise.all(
      sets.flatMap(({ acts }, n) =>
        names.map((_, i) => send(acts[names[(i + n) % names.length] ?? ""])),
      ),
    );
    for (const { key } of sets)
      expect(await stateOf(service, key)).toMatchObject({ status: "CANCELADA", moved: [] });
    expect(await service.rows("select 1 from balances where quantity_e4 <> 0")).toEqual([]);
    await isSound(service);
  }));
