import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { wrongSteps } from "../../../src/stock/reconcile/wrong-steps.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { replayLedger } from "../../support/ledger-replay.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";

const [emit, customer] = SUPPLIERS;
const REASON = { reason: "engano" };
let seed = 0;

/** A purchase of P1 at 10.00 a unit, or at another price. */
const purchase = (qCom: string, vUnCom = "10.00") => {
  seed += 1;
  const items = [{ cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom, vUnCom }];
  return syntheticNote({ seed, emit, items });
};

/** A sale of P1, or the customer's return of some of it. */
const sale = (qCom: string, back: { refNFe: string[] } | null = null) => {
  seed += 1;
  const items = [{ cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom, vUnCom: "18.00" }];
  const returns = back === null ? {} : { tpNF: "0", finNFe: "4", CFOP: "1202", ...back };
  return syntheticNote({ seed, emit: COMPANY, dest: customer, items, ...returns });
};

const calls = (service: TestApp) => {
  const { upload, send, rows, ports } = service;
  const posted = async <T extends { xml: string }>(note: T): Promise<T> => {
    expect((await upload(note.xml, "?approve=true")).body.status).toBe("PROCESSADA");
    return note;
  };
  const reversed = async (key: string) => {
    expect((await send("POST", `/api/nfes/${key}/reverse`, { json: REASON })).status).toBe(200);
  };
  const cost = async (key: string, amount: number, document: string): Promise<string> => {
    const json = { amount, reason: "frete", document };
    const answer = await send("POST", `/api/nfes/${key}/costs`, { as: "GERENTE", json });
    return `/api/nfes/${key}/costs/${answer.body.cost_id}/reverse`;
  };
  const undone = async (path: string) => {
    expect((await send("POST", path, { as: "GERENTE", json: REASON })).status).toBe(200);
  };
  const sold = async (quantity: number) => {
    const json = { product_code: "P1", type: "SAIDA", quantity };
    expect((await send("POST", "/api/movements", { json })).status).toBe(201);
  };
  /** Quantity and value, of a ledger that is proved. */
  const stock = async (): Promise<number[]> => {
    expect(replayLedger(await rows("select * from movements order by id")).wrong).toEqual([]);
    expect(await reconcileAll(ports, 1)).toEqual([]);
    expect((await wrongSteps(ports, 1)).wrong).toEqual([]);
    const [row] = await rows("select quantity_e4, value_e2 from balances");
    return [Number(row?.quantity_e4) / 10_000, Number(row?.value_e2) / 100];
  };
  /** What became cost of what has left: the values of exits less those that came back, and what was passed on. */
  const passed = async (): Promise<number> => {
    const [row] = await rows(
      `select sum(passed_e2 - iif(undoes is null and quantity_e4 < 0 or undoes is not null and quantity_e4 > 0, value_e2, 0)) as e2
        from movements`,
    );
    return Number(row?.e2) / 100;
  };
  const product = async () => {
    const json = { code: "P1", name: "PARAFUSO", unit: "UN" };
    await send("POST", "/api/products", { as: "GERENTE", json });
    const mapping = { supplier_cnpj: emit?.cnpj, code: "P1", unit: "UN", product_code: "P1" };
    await send("PUT", "/api/supplier-items", { as: "GERENTE", json: { ...mapping, factor: "1" } });
  };
  return { ...service, posted, reversed, cost, undone, sold, stock, passed, product };
};

const story = (sentence: string, act: (service: ReturnType<typeof calls>) => Promise<void>) =>
  test(sentence, () => withApp((service) => act(calls(service))));

story("a mistyped rebate of more than the stock is worth comes back as what it took", async (s) => {
  const note = await s.posted(purchase("10"));
  const rebate = await s.cost(note.accessKey, -1500, "abatimento");
  expect(await s.stock()).toEqual([10, 0]);
  await s.undone(rebate);
  expect([await s.stock(), await s.passed()]).toEqual([[10, 100], 0]);
});

story(
  "a mistyped rebate comes back for the goods that are still here, and what left at 0 has its cost",
  async (s) => {
    const note = await s.posted(purchase("10"));
    const rebate = await s.cost(note.accessKey, -1500, "abatimento");
    await s.sold(4);
    await s.undone(rebate);
    expect([await s.stock(), await s.passed()]).toEqual([[6, 60], 40]);
  },
);

story(
  "a freight of goods that had all left takes nothing from goods that came later",
  async (s) => {
    const note = await s.posted(purchase("10"));
    await s.sold(10);
    const freight = await s.cost(note.accessKey, 50, "CT-e");
    await s.posted(purchase("10"));
    await s.undone(freight);
    expect([await s.stock(), await s.passed()]).toEqual([[10, 100], 100]);
  },
);

story(
  "a note that is reversed takes its freight of goods that had left from nothing else",
  async (s) => {
    const note = await s.posted(purchase("10"));
    await s.sold(10);
    await s.cost(note.accessKey, 50, "CT-e");
    await s.posted(purchase("20"));
    await s.reversed(note.accessKey);
    expect(await s.stock()).toEqual([10, 100]);
  },
);

story(
  "a freight takes back what is still there of it where some goods left and others came",
  async (s) => {
    const note = await s.posted(purchase("10"));
    const freight = await s.cost(note.accessKey, 50, "CT-e");
    await s.sold(6);
    await s.posted(purchase("10"));
    expect(await s.stock()).toEqual([14, 160]);
    await s.undone(freight);
    expect([await s.stock(), await s.passed()]).toEqual([[14, 140], 60]);
  },
);

story("a freight leaves with all goods, and comes back with those that came back", async (s) => {
  const note = await s.posted(purchase("10"));
  const freight = await s.cost(note.accessKey, 50, "CT-e");
  const out = await s.posted(sale("10"));
  await s.reversed(out.accessKey);
  expect(await s.stock()).toEqual([10, 150]);
  await s.undone(freight);
  expect(await s.stock()).toEqual([10, 100]);
});

story(
  "a freight, and the rebate that took it with it, leave the goods at their price in both orders",
  async (s) => {
    const note = await s.posted(purchase("10"));
    const both = async () => [
      await s.cost(note.accessKey, 50, "CT-e"),
      await s.cost(note.accessKey, -1500, "abatimento"),
    ];
    for (const path of await both()) await s.undone(path);
    expect(await s.stock()).toEqual([10, 100]);
    for (const path of (await both()).toReversed()) await s.undone(path);
    expect([await s.stock(), await s.passed()]).toEqual([[10, 100], 0]);
  },
);

for (const how of ["reversal", "cancellation", "return", "return in parts"] as const)
  story(`a sale before its purchase comes back at the purchase's cost by its ${how}`, async (s) => {
    await s.product();
    const out = await s.posted(sale("5"));
    await s.posted(purchase("5"));
    expect([await s.stock(), await s.passed()]).toEqual([[0, 0], 50]);
    const refNFe = [out.accessKey];
    if (how === "reversal") await s.reversed(out.accessKey);
    if (how === "cancellation") await s.upload(cancellationEvent(out.accessKey));
    if (how === "return") await s.posted(sale("5", { refNFe }));
    if (how === "return in parts")
      for (const part of ["2", "3"]) await s.posted(sale(part, { refNFe }));
    expect(await s.stock()).toEqual([5, 50]);
  });

story("a sale at an older estimate comes back at what its goods cost in the end", async (s) => {
  const first = await s.posted(purchase("2", "6.00"));
  const out = await s.posted(sale("5"));
  expect(await s.stock()).toEqual([-3, -18]);
  await s.posted(purchase("3"));
  await s.reversed(out.accessKey);
  expect([await s.stock(), await s.passed()]).toEqual([[5, 42], 0]);
  await s.reversed(first.accessKey);
  expect(await s.stock()).toEqual([3, 30]);
});

story("a sale of which a part is still owed brings the rest back at the last cost", async (s) => {
  await s.product();
  const out = await s.posted(sale("5"));
  await s.posted(purchase("3"));
  expect(await s.stock()).toEqual([-2, 0]);
  await s.reversed(out.accessKey);
  expect(await s.stock()).toEqual([3, 30]);
});

story(
  "a return of goods that were sold before their purchase leaves again at what it came for",
  async (s) => {
    await s.product();
    const out = await s.posted(sale("5"));
    await s.posted(purchase("10"));
    const back = await s.posted(sale("5", { refNFe: [out.accessKey] }));
    expect(await s.stock()).toEqual([10, 100]);
    await s.reversed(back.accessKey);
    expect(await s.stock()).toEqual([5, 50]);
  },
);

story(
  "a loss below zero that did not happen comes back at the cost of what was bought meanwhile",
  async (s) => {
    const note = await s.posted(purchase("5", "6.00"));
    await s.sold(5);
    const loss = lossEvent(note.accessKey, [{ nItem: 1, quantity: "3", unit: "UN" }]);
    await s.upload(loss);
    expect(await s.stock()).toEqual([-3, -18]);
    await s.posted(purchase("3"));
    await s.upload(undoEvent(note.accessKey, "112130", loss));
    expect(await s.stock()).toEqual([3, 30]);
  },
);

const lastCost = async ({ send }: TestApp) =>
  (await send("GET", "/api/products/P1")).body.cost_price;

story("a last cost that a person has typed stays, whichever note is reversed", async (s) => {
  const [first, second] = [await s.posted(purchase("10")), await s.posted(purchase("10", "11.00"))];
  await s.send("PATCH", "/api/products/P1", { as: "GERENTE", json: { cost_price: 15 } });
  await s.reversed(first.accessKey);
  expect(await lastCost(s)).toBe(15);
  await s.reversed(second.accessKey);
  expect(await lastCost(s)).toBe(15);
});

story(
  "a last cost is that of the note before where its own is reversed, and that of the newer where an older is",
  async (s) => {
    const [first, , third] = [
      await s.posted(purchase("10")),
      await s.posted(purchase("10", "11.00")),
      await s.posted(purchase("10", "12.00")),
    ];
    await s.reversed(first.accessKey);
    expect(await lastCost(s)).toBe(12);
    await s.reversed(third.accessKey);
    expect(await lastCost(s)).toBe(11);
  },
);

story("a last cost that the lots of a line gave together goes with their note", async (s) => {
  await s.posted(purchase("10"));
  seed += 1;
  const lots = [
    { nLote: "L1", qLote: "4" },
    { nLote: "L2", qLote: "6" },
  ].map((lot) => ({ ...lot, dFab: "2026-01-01", dVal: "2027-01-01" }));
  const item = { cProd: "P1", xProd: "PARAFUSO", uCom: "UN", qCom: "10", vUnCom: "11.00" };
  const note = await s.posted(syntheticNote({ seed, emit, items: [{ ...item, lots }] }));
  expect(await lastCost(s)).toBe(11);
  await s.reversed(note.accessKey);
  expect(await lastCost(s)).toBe(10);
});
