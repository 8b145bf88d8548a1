import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import {
  bought,
  codes,
  detail,
  exits,
  GLUE,
  isSound,
  key,
  loss,
  path,
  register,
  SCREW,
  stock,
} from "../../support/notes/event-exits.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";
import { supplier } from "../../support/notes/purchase.ts";

describe("the quantities of an event on a note in stock", () => {
  test("they leave at the average by a movement of origin EVENTO that names note, item and event", () =>
    withApp(async (service) => {
      await bought(service);
      const answer = await service.upload(loss());
      expect(answer.body).toMatchObject({ event: { effect: "held" } });
      expect(codes(answer.body.findings)).toEqual(["goods_lost_after_processing"]);
      expect(answer.body.findings[0].message).toContain("saiu do estoque por movimentos próprios");
      expect(await stock(service)).toMatchObject([
        { product: "001", quantity_e4: 80_000, value_e2: 1600 },
        { product: "C1", quantity_e4: 40_000, value_e2: 2000 },
      ]);
      const [moved] = await exits(service);
      expect(moved).toMatchObject({ quantity_e4: -20_000, value_e2: -400, reference: key });
      const { events, movements, items } = await detail(service);
      expect(events[0].movements).toEqual([moved?.id]);
      expect(movements.at(-1)).toMatchObject({
        origin: "EVENTO",
        reference: key,
        notes: "Perda, roubo, furto ou perecimento no transporte (evento 112130), item 1.",
      });
      expect(items[0].stock_quantity).toBe(10);
      const feed = await service.rows("select payload from events where type = 'nfe.event_exits'");
      expect(feed.map(({ payload }) => JSON.parse(String(payload)))).toEqual([
        {
          access_key: key,
          made: 1,
          taken_back: 0,
          moved: [1, [[3, "001", -2_0000, 8_0000, 16_00]]],
        },
      ]);
      expect(
        await service.rows("select detail from audit where action = 'nfe.event_exits'"),
      ).toHaveLength(1);
      await isSound(service);
    }));

  test("they are converted by the item's factor, also where the event names the taxable unit", () =>
    withApp(async (service) => {
      await bought(service);
      await service.send("PUT", "/api/supplier-items", {
        json: {
          supplier_cnpj: supplier?.cnpj,
          code: "002",
          unit: "CX",
          product_code: "001",
          factor: 12,
        },
      });
      const boxes = syntheticNote({
        seed: 2,
        emit: supplier,
        items: [{ ...SCREW, cProd: "002", qCom: "10", uTrib: "UN", qTrib: "120.0000" }],
      });
      await service.upload(boxes.xml, "?approve=true");
      const stated = (quantity: string, unit: string, sequence: number) =>
        service.upload(lossEvent(boxes.accessKey, [{ nItem: 1, quantity, unit }], { sequence }));
      await stated("2", "cx.", 1);
      await stated("6.0000", "UN", 2);
      expect((await exits(service)).map(({ quantity_e4 }) => quantity_e4)).toEqual([
        -240_000, -60_000,
      ]);
      await isSound(service);
    }));

  test("the supplier's loss, the buyer's, a supply not carried out and an immobilisation all leave the stock", async () => {
    const by = { author: COMPANY.cnpj };
    for (const [type, more, group] of [
      ["112130", {}, "gPerecimento"],
      ["211124", by, "gPerecimento"],
      ["112140", {}, "gItemNaoFornecido"],
      ["211130", by, "gImobilizacao"],
    ] as const)
      await withApp(async (service) => {
        await bought(service);
        await service.upload(
          lossEvent(key, [{ nItem: 2, quantity: "1.5", unit: "CX" }], { type, group, ...more }),
        );
        expect([type, await exits(service)]).toMatchObject([
          type,
          [{ product: "C1", quantity_e4: -15_000 }],
        ]);
        await isSound(service);
      });
  });

  test("all of an item leaves with all of its value, and more than it brought leaves no more than that", () =>
    withApp(async (service) => {
      await bought(service);
      await service.upload(loss("7.0000"));
      const { body } = await service.upload(
        loss("7.0000", { sequence: 2, nProt: "135260000000044" }),
      );
      expect(await stock(service)).toMatchObject([{ quantity_e4: 0, value_e2: 0 }, {}]);
      expect(codes(body.findings)).toContain("event_not_booked");
      await service.upload(undoEvent(key, "112130", loss("7.0000")));
      expect(await stock(service)).toMatchObject([{ quantity_e4: 30_000, value_e2: 600 }, {}]);
      expect(codes((await detail(service)).findings)).not.toContain("event_not_booked");
      await isSound(service);
    }));

  test("a quantity that cannot be converted for certain is a finding and no movement", () =>
    withApp(async (service) => {
      await bought(service);
      const { body } = await service.upload(
        lossEvent(key, [
          { nItem: 1, quantity: "2.0000", unit: "KG" },
          { nItem: 9, quantity: "1.0000", unit: "CX" },
          { nItem: 2, quantity: "1.00001", unit: "CX" },
        ]),
      );
      const finding = body.findings.find(
        ({ code }: { code: string }) => code === "event_not_booked",
      );
      expect(finding.message).toBe(
        "Quantidades de eventos que não viraram movimento; confira e, se for o caso, lance um movimento manual: item 1: 2,0000 KG não está na unidade do item (evento 112130); a nota não tem o item 9 (evento 112130); item 2: quantidade 1,00001 não é válida (evento 112130).",
      );
      expect(await exits(service)).toEqual([]);
    }));

  test("the event twice, and twenty times at once, takes the goods out once", () =>
    withApp(async (service) => {
      await bought(service);
      const answers = await Promise.all(Array.from({ length: 20 }, () => service.upload(loss())));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      await service.upload(loss());
      expect(await exits(service)).toHaveLength(1);
    }));

  test("where later exits need the goods, answer, finding and feed name them, whatever the company allows", () =>
    withApp(async (service) => {
      await bought(service);
      const taken = await service.send("POST", "/api/movements", {
        json: { product_code: "001", type: "SAIDA", quantity: 9, reference: "Pedido 7" },
      });
      await service.send("PATCH", "/api/company", { json: { allow_negative: false } });
      const { body } = await service.upload(loss());
      const { id } = taken.body.movement;
      expect(body.findings).toContainEqual({
        code: "event_negative_balance",
        severity: "warning",
        path: null,
        message: `As saídas por evento deixaram produtos com saldo negativo; faltam mercadorias a saídas posteriores (produto: movimentos): 001: ${id} (Pedido 7).`,
      });
      const feed = await service.rows(
        "select payload from events where type = 'nfe.goods_missing'",
      );
      expect(feed.map(({ payload }) => JSON.parse(String(payload)))).toEqual([
        { access_key: key, product_code: "001", movements: [id] },
      ]);
      await service.upload(undoEvent(key, "112130", loss()));
      expect(codes((await detail(service)).findings)).toEqual([]);
      await isSound(service);
    }));

  test("a sale of ours and an item without effect lose nothing", () =>
    withApp(async (service) => {
      await bought(service);
      const sold = syntheticNote({
        seed: 3,
        emit: COMPANY,
        dest: supplier,
        items: [{ ...SCREW, qCom: "4" }],
      });
      await service.upload(sold.xml, "?approve=true");
      const before = await stock(service);
      await service.upload(lossEvent(sold.accessKey, [{ nItem: 1, quantity: "1", unit: "CX" }]));
      expect(await stock(service)).toEqual(before);
      expect(await exits(service)).toEqual([]);
    }));
});

describe("an event that came before the approval", () => {
  test("holds the note; approved in spite of it, entry and exit are posted together", () =>
    withApp(async (service) => {
      await service.send("PATCH", "/api/company", { json: { overridable_holds: ["goods_lost"] } });
      await service.upload(loss());
      await bought(service);
      expect(codes((await detail(service)).holds)).toEqual(["goods_lost"]);
      expect(await service.rows("select 1 from movements")).toEqual([]);
      await service.send("POST", `${path}/process`, { json: { override: ["goods_lost"] } });
      expect((await stock(service))[0]).toMatchObject({ quantity_e4: 80_000, value_e2: 1600 });
      await service.upload(undoEvent(key, "112130", loss()));
      expect((await stock(service))[0]).toMatchObject({ quantity_e4: 100_000, value_e2: 2000 });
      expect(await detail(service)).toMatchObject({
        status: "PROCESSADA",
        holds: [],
        findings: [],
      });
      await isSound(service);
    }));

  test("an immobilisation holds nothing: a note that is approved with its registration posts both at once", () =>
    withApp(async (service) => {
      await service.upload(
        lossEvent(key, [{ nItem: 1, quantity: "10.0000", unit: "CX" }], {
          type: "211130",
          group: "gImobilizacao",
          author: COMPANY.cnpj,
        }),
      );
      expect((await bought(service)).body.status).toBe("PROCESSADA");
      expect((await stock(service))[0]).toMatchObject({ quantity_e4: 0, value_e2: 0 });
      await isSound(service);
    }));

  test("a quantity of it that becomes no movement is a finding of the approved note", () =>
    withApp(async (service) => {
      await service.send("PATCH", "/api/company", { json: { overridable_holds: ["goods_lost"] } });
      await register(service);
      await service.upload(lossEvent(key, [{ nItem: 1, quantity: "1", unit: "KG" }]));
      await service.send("POST", `${path}/process`, { json: { override: ["goods_lost"] } });
      expect(codes((await detail(service)).findings)).toContain("event_not_booked");
    }));

  test("a lot leaves as that lot: the only one of its item, and each where all is lost", () =>
    withApp(async (service) => {
      const lot = (nLote: string, qLote: string) => ({
        nLote,
        qLote,
        dFab: "2026-01-01",
        dVal: "2027-01-01",
      });
      const lots = syntheticNote({
        seed: 5,
        emit: supplier,
        items: [
          { ...SCREW, lots: [lot("A", "10.000")] },
          { ...GLUE, lots: [lot("B", "1.000"), lot("C", "3.000")] },
        ],
      });
      await service.upload(lots.xml, "?approve=true");
      await service.upload(
        lossEvent(lots.accessKey, [
          { nItem: 1, quantity: "3", unit: "CX" },
          { nItem: 2, quantity: "4", unit: "CX" },
        ]),
      );
      expect(
        await service.rows(
          "select lot, quantity_e4 from movements where origin = 'EVENTO' order by lot",
        ),
      ).toEqual([
        { lot: "A", quantity_e4: -30_000 },
        { lot: "B", quantity_e4: -10_000 },
        { lot: "C", quantity_e4: -30_000 },
      ]);
      await service.send("POST", `/api/nfes/${lots.accessKey}/reverse`, {
        json: { reason: "engano" },
      });
      await isSound(service);
    }));
});

test("a second statement about the same goods counts for itself: two losses of one item add up", () =>
  withApp(async (service) => {
    await bought(service);
    await service.upload(loss());
    await service.upload(
      lossEvent(key, [{ nItem: 1, quantity: "1", unit: "CX" }], {
        type: "211124",
        author: COMPANY.cnpj,
      }),
    );
    expect((await stock(service))[0]).toMatchObject({ quantity_e4: 70_000 });
  }));
