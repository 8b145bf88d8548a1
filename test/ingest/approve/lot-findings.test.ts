import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";
import { yoghurt as item, lot } from "../../support/notes/yoghurt.ts";

type Lots = ReturnType<typeof lot>[];
const note = (seed: number, qCom: string, lots: Lots, sold = false) =>
  syntheticNote({
    seed,
    ...(sold ? { emit: COMPANY, dest: CUSTOMER } : { emit: supplier }),
    items: [{ ...item, qCom, ...(lots.length === 0 ? {} : { lots }) }],
  });
const posted = async ({ upload }: TestApp, one: { xml: string }) =>
  (await upload(one.xml, "?approve=true")).body;
const findingsOf = async ({ send }: TestApp, one: { accessKey: string }) =>
  (await send("GET", `/api/nfes/${one.accessKey}`)).body.findings.map(
    ({ code, message }: { code: string; message: string }) => [code, message],
  );

describe("an approval", () => {
  test("tells which lots its exits took, and a note without lots tells none", () =>
    withApp(async (service) => {
      const first = await posted(
        service,
        note(1, "9", [lot("L1", "4", "2027-01-31"), lot("L2", "5", "2027-02-28")]),
      );
      expect(first).not.toHaveProperty("lots");
      const sale = note(2, "6", [], true);
      expect((await posted(service, sale)).lots).toEqual([
        { product_code: "IOG", lot: "L1", expires_on: "2027-01-31", quantity: 4 },
        { product_code: "IOG", lot: "L2", expires_on: "2027-02-28", quantity: 2 },
      ]);
      const second = note(3, "2", [], true);
      await service.upload(second.xml);
      const many = { json: { access_keys: [second.accessKey] } };
      expect((await service.send("POST", "/api/nfes/process", many)).body.results).toMatchObject([
        { outcome: "approved", lots: [{ lot: "L2", quantity: 2 }] },
      ]);
      const third = note(4, "1", [], true);
      await service.upload(third.xml);
      expect(
        (await service.send("POST", `/api/nfes/${third.accessKey}/process`)).body.lots,
      ).toMatchObject([{ lot: "L2", quantity: 1 }]);
    }));

  test("says which lot of the note had too little, once, however often it is approved", () =>
    withApp(async (service) => {
      await posted(
        service,
        note(1, "9", [lot("L1", "4", "2027-01-31"), lot("L2", "5", "2027-02-28")]),
      );
      const sale = note(2, "6", [lot("L2", "6", "2027-02-28")], true);
      const body = await posted(service, sale);
      expect(body.findings.map(({ code }: { code: string }) => code)).toContain("lot_insufficient");
      expect(body.lots).toMatchObject([
        { lot: "L1", quantity: 1 },
        { lot: "L2", quantity: 5 },
      ]);
      const path = `/api/nfes/${sale.accessKey}`;
      await service.send("POST", `${path}/reverse`, { json: { reason: "erro" } });
      await service.send("POST", `${path}/process`);
      expect(
        (await findingsOf(service, sale)).filter(([code]: [string]) => code === "lot_insufficient"),
      ).toEqual([
        [
          "lot_insufficient",
          "O lote informado na nota não tem a quantidade; o restante saiu dos lotes que vencem primeiro: IOG (L2).",
        ],
      ]);
    }));

  test("says that an exit took what has expired", () =>
    withApp(async (service) => {
      await posted(service, note(1, "4", [lot("OLD", "4", "2026-10-31")]));
      const sale = note(2, "3", [], true);
      expect((await posted(service, sale)).findings).toContainEqual(
        expect.objectContaining({
          code: "lot_expired",
          message: "A saída levou mercadoria de lote vencido: IOG (OLD).",
        }),
      );
    }));

  test("says that a lot is here under another expiry", () =>
    withApp(async (service) => {
      expect(
        await findingsOfPosted(service, note(1, "4", [lot("L1", "4", "2027-01-31")])),
      ).not.toContain("lot_expiries_differ");
      expect(
        await findingsOfPosted(service, note(2, "4", [lot("L1", "4", "2027-01-30")])),
      ).toContain("lot_expiries_differ");
    }));
});

test("a dry run tells the lots that the approval takes afterwards", () =>
  withApp(async (service) => {
    const stock = [
      lot("OLD", "2", "2026-10-31"),
      lot("L1", "4", "2027-01-31"),
      lot("L2", "5", "2027-02-28"),
    ];
    await posted(service, note(1, "11", stock));
    await posted(service, note(2, "3", []));
    const sales = [note(3, "3", [], true), note(4, "4", [lot("L2", "4", "2027-02-28")], true)];
    for (const sale of [...sales, note(5, "6", [], true), note(6, "9", [], true)]) {
      await service.upload(sale.xml);
      const path = `/api/nfes/${sale.accessKey}/process`;
      const planned = await service.send("POST", `${path}?dry_run=true`);
      const done = await service.send("POST", path);
      expect(done.status).toBe(200);
      expect(planned.body.lots).toEqual(done.body.lots);
    }
    expect(await service.rows("select sum(quantity_e4) as left_e4 from lot_balances")).toEqual([
      { left_e4: 0 },
    ]);
  }));

const findingsOfPosted = async (service: TestApp, one: { xml: string }) =>
  (await posted(service, one)).findings.map(({ code }: { code: string }) => code);
