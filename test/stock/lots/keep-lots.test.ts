import { describe, expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { supplier } from "../../support/notes/purchase.ts";
import { yoghurt as item, lot } from "../../support/notes/yoghurt.ts";

/** Eight of L1, that expires first, and four of L2; three of no lot; five of a lot that has expired. */
const purchase = syntheticNote({
  seed: 1,
  emit: supplier,
  items: [
    { ...item, qCom: "12", lots: [lot("L2", "4", "2027-12-31"), lot("L1", "8", "2027-06-30")] },
    { ...item, qCom: "3" },
    { ...item, qCom: "5", lots: [lot("OLD", "5", "2026-10-31")] },
  ],
});
const sale = (seed: number, qCom: string, lots: ReturnType<typeof lot>[] = []) =>
  syntheticNote({
    seed,
    emit: COMPANY,
    dest: CUSTOMER,
    items: [{ ...item, qCom, ...(lots.length === 0 ? {} : { lots }) }],
  });
const stocked = ({ upload }: TestApp) => upload(purchase.xml, "?approve=true");
const out = (quantity: number | string, more: object = {}) => ({
  json: { product_code: "IOG", type: "SAIDA", quantity, ...more },
});
const lots = async ({ rows }: TestApp) =>
  Object.fromEntries(
    (await rows("select lot, quantity_e4 from lot_balances order by expires_on")).map((row) => [
      String(row.lot),
      Number(row.quantity_e4) / 10_000,
    ]),
  );

describe("an exit without a lot", () => {
  test("takes what expires first, then what is of no lot, and what has expired last of all", () =>
    withApp(async (service) => {
      await stocked(service);
      const left: unknown[] = [];
      for (const quantity of [7, 3, 3, 4, 3]) {
        expect((await service.send("POST", "/api/movements", out(quantity))).status).toBe(201);
        left.push(await lots(service));
      }
      expect(left).toEqual([
        { OLD: 5, L1: 1, L2: 4 },
        { OLD: 5, L1: 0, L2: 2 },
        { OLD: 5, L1: 0, L2: 0 },
        { OLD: 3, L1: 0, L2: 0 },
        { OLD: 0, L1: 0, L2: 0 },
      ]);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

  test("takes the lots that its plan has named, by their expiries and not by their names", () =>
    withApp(async (service) => {
      const items = [
        { ...item, qCom: "9", lots: [lot("A", "4", "2027-12-31"), lot("B", "5", "2027-06-30")] },
        { ...item, qCom: "2", lots: [lot("C", "2", "2026-10-31")] },
      ];
      await service.upload(syntheticNote({ seed: 1, emit: supplier, items }).xml, "?approve=true");
      for (const [seed, quantity, ...taken] of [
        [2, "3", ["B", 3]],
        [3, "5", ["B", 2], ["A", 3]],
        [4, "2", ["C", 1], ["A", 1]],
      ] as const) {
        const note = sale(seed, quantity);
        await service.upload(note.xml);
        const path = `/api/nfes/${note.accessKey}/process`;
        const planned = (await service.send("POST", `${path}?dry_run=true`)).body.lots;
        const lots = planned.map((one: { lot: string; quantity: number }) => [
          one.lot,
          one.quantity,
        ]);
        expect(lots).toEqual([...taken]);
        expect((await service.send("POST", path)).body.lots).toEqual(planned);
      }
    }));

  test("takes in one batch as many lots as it needs, and has the value of one movement", () =>
    withApp(async (service) => {
      await stocked(service);
      await service.upload(sale(2, "10").xml, "?approve=true");
      expect(await lots(service)).toEqual({ OLD: 5, L1: 0, L2: 2 });
      expect(
        await service.rows("select quantity_e4, value_e2 from movements where quantity_e4 < 0"),
      ).toEqual([{ quantity_e4: -100_000, value_e2: -2_500 }]);
    }));

  test("forty times at once takes every lot once", () =>
    withApp(async (service) => {
      await stocked(service);
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => service.send("POST", "/api/movements", out(1))),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
      expect(await lots(service)).toEqual({ OLD: 0, L1: 0, L2: 0 });
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

  test("beyond the balance leaves every lot at zero, and what comes in afterwards pays what is owed first", () =>
    withApp(async (service) => {
      await stocked(service);
      await service.upload(sale(2, "23").xml, "?approve=true");
      expect(await lots(service)).toEqual({ OLD: 0, L1: 0, L2: 0 });
      const more = [{ ...item, qCom: "10", lots: [lot("L3", "10", "2028-01-31")] }];
      await service.upload(
        syntheticNote({ seed: 3, emit: supplier, items: more }).xml,
        "?approve=true",
      );
      expect(await lots(service)).toEqual({ OLD: 0, L1: 0, L2: 0, L3: 7 });
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));
});

describe("an exit that names a lot", () => {
  test("takes that lot, and is refused by name where the lot has less, though others have enough", () =>
    withApp(async (service) => {
      await stocked(service);
      const l2 = { batch_number: " L2 " };
      expect((await service.send("POST", "/api/movements", out(3, l2))).status).toBe(201);
      expect(await service.send("POST", "/api/movements", out(2, l2))).toMatchObject({
        status: 400,
        body: {
          code: "stock.lot_insufficient",
          product_code: "IOG",
          lot: "L2",
          requested: "2",
          balance: "1",
        },
      });
      const other = { batch_number: "L2", expiration_date: "2027-12-30" };
      expect((await service.send("POST", "/api/movements", out(1, other))).body).toMatchObject({
        code: "stock.lot_insufficient",
        balance: "0",
      });
      expect((await service.send("POST", "/api/movements", out(21, l2))).body.code).toBe(
        "stock.insufficient",
      );
      expect(await lots(service)).toEqual({ OLD: 5, L1: 8, L2: 1 });
    }));

  test("meets another that takes the lot between look and batch: one is made, the other refused", () =>
    withApp(async (service) => {
      await stocked(service);
      const l2 = out(3, { batch_number: "L2" });
      beforeNextCommit(service.ports, () => service.send("POST", "/api/movements", l2));
      expect((await service.send("POST", "/api/movements", l2)).body).toMatchObject({
        code: "stock.lot_insufficient",
        balance: "1",
      });
      expect(await lots(service)).toEqual({ OLD: 5, L1: 8, L2: 1 });
    }));

  test("on a note takes what the lot has, and the rest as an exit without a lot", () =>
    withApp(async (service) => {
      await stocked(service);
      await service.upload(sale(2, "6", [lot("L2", "6", "2027-12-31")]).xml, "?approve=true");
      expect(await lots(service)).toEqual({ OLD: 5, L1: 6, L2: 0 });
    }));
});

describe("lots", () => {
  test("get back by a reversal what the exit took from them, whatever expires first", () =>
    withApp(async (service) => {
      await stocked(service);
      const note = sale(2, "10");
      await service.upload(note.xml, "?approve=true");
      await service.send("POST", `/api/nfes/${note.accessKey}/reverse`, {
        json: { reason: "erro" },
      });
      expect(await lots(service)).toEqual({ OLD: 5, L1: 8, L2: 4 });
      const made = await service.send("POST", "/api/movements", out(9));
      await service.send("POST", `/api/movements/${made.body.movement.id}/reverse`, {
        json: { reason: "engano" },
      });
      expect(await lots(service)).toEqual({ OLD: 5, L1: 8, L2: 4 });
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

  test("are emptied by the reversal of an entry, and filled again when the note is approved again", () =>
    withApp(async (service) => {
      await stocked(service);
      const path = `/api/nfes/${purchase.accessKey}`;
      await service.send("POST", `${path}/reverse`, { json: { reason: "erro" } });
      expect(await lots(service)).toEqual({ OLD: 0, L1: 0, L2: 0 });
      await service.send("POST", `${path}/process`);
      expect(await lots(service)).toEqual({ OLD: 5, L1: 8, L2: 4 });
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));
});

describe("the proof of the ledger", () => {
  const forged = async (sql: string) => {
    let found: unknown;
    await withApp(async (service) => {
      await stocked(service);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
      await service.ports.database.writing.execute(sql);
      found = await reconcileAll(service.ports, 1);
    });
    return found;
  };

  test("finds a lot balance that is not what its movements say", async () => {
    expect(
      await forged("update lot_balances set quantity_e4 = 79999 where lot = 'L1'"),
    ).toMatchObject([{ product: "IOG", lot: "L1", balance_e4: 79_999, ledger_e4: 80_000 }]);
    expect(await forged("delete from lot_balances where lot = 'L2'")).toMatchObject([
      { product: "IOG", lot: "L2", balance_e4: 0, ledger_e4: 40_000 },
    ]);
  });

  test("finds lots that are more than the balance of their product", async () => {
    expect(
      await forged("insert into lot_movements values (1, 'IOG', 1, 'L9', 'never', 30001)"),
    ).toMatchObject([{ product: "IOG", lot: null, balance_e4: 200_001, ledger_e4: 200_000 }]);
  });
});

test("a note without lots writes no row of lots", () =>
  withApp(async (service) => {
    await service.upload(
      syntheticNote({ seed: 1, emit: supplier, items: [{ ...item, qCom: "9" }] }).xml,
      "?approve=true",
    );
    await service.upload(sale(2, "4").xml, "?approve=true");
    expect(await service.rows("select count(*) as n from lot_movements")).toEqual([{ n: 0 }]);
    expect(await service.rows("select count(*) as n from lot_balances")).toEqual([{ n: 0 }]);
  }));

test("a row of a lot's movements cannot be changed or deleted by any statement", () =>
  withApp(async (service) => {
    await stocked(service);
    for (const sql of [
      "update lot_movements set quantity_e4 = 1",
      "delete from lot_movements where lot = 'L1'",
    ])
      await expect(service.ports.database.writing.execute(sql)).rejects.toThrow(/append-only/);
  }));
