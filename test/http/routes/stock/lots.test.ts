import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { supplier } from "../../../support/notes/purchase.ts";
import { yoghurt as item, lot } from "../../../support/notes/yoghurt.ts";

const TODAY = "2026-11-10";
const clock = { now: Date.parse(`${TODAY}T12:00:00Z`) };
const purchase = syntheticNote({
  seed: 1,
  emit: supplier,
  items: [
    {
      ...item,
      qCom: "19",
      lots: [
        lot("L3", "10", "2027-12-31"),
        lot("L1", "4", "2026-11-10"),
        lot("L2", "3", "2026-12-10"),
        lot("OLD", "2", "2026-11-09"),
      ],
    },
    { ...item, qCom: "5" },
    { ...item, cProd: "QUE", qCom: "6", lots: [lot("L1", "6", "2026-12-11")] },
  ],
});
const sale = syntheticNote({
  seed: 2,
  emit: COMPANY,
  dest: CUSTOMER,
  items: [{ ...item, qCom: "5" }],
});
const stocked = async (service: TestApp) => {
  await service.upload(purchase.xml, "?approve=true");
};
const get = async ({ send }: TestApp, path: string) =>
  (await send("GET", path, { as: "VISUALIZADOR" })).body;
const names = (body: { data: { product_code: string; lot: string }[] }) =>
  body.data.map((one) => `${one.product_code} ${one.lot}`);

describe("the lots of a product", () => {
  test("come with balance, expiry, value and first entry, what expires first before all", () =>
    withApp(async (service) => {
      await stocked(service);
      await service.upload(sale.xml, "?approve=true");
      const body = await get(service, "/api/products/IOG/lots");
      expect(body).toMatchObject({ product_code: "IOG", quantity: 19, without_lot: 5 });
      expect(
        body.data.map(({ first_entry_at: _, ...one }: Record<string, unknown>) => one),
      ).toMatchObject([
        {
          lot: "OLD",
          expires_on: "2026-11-09",
          days_left: -1,
          expired: true,
          quantity: 2,
          value: 5,
        },
        {
          lot: "L2",
          expires_on: "2026-12-10",
          days_left: 30,
          expired: false,
          quantity: 2,
          value: 5,
        },
        { lot: "L3", days_left: 416, quantity: 10, value: 25, unit: "UN" },
      ]);
      expect(body.data[0].first_entry_at).toStartWith(TODAY);
      expect(body.pagination.next_cursor).toBeNull();
      expect((await service.send("GET", "/api/products/NADA/lots")).body.code).toBe(
        "product.not_found",
      );
    }, clock));
});

test("each lot, product and expiry has a first entry of its own", () =>
  withApp(async (service) => {
    await stocked(service);
    service.ports.clock.advance(13 * 3_600_000);
    const later = [
      { ...item, qCom: "1", lots: [lot("L2", "1", "2027-01-31")] },
      { ...item, qCom: "1", lots: [lot("L3", "1", "2027-12-31")] },
      { ...item, cProd: "QUE", qCom: "1", lots: [lot("L2", "1", "2026-12-10")] },
      { ...item, qCom: "1", lots: [lot("L4", "1", "2026-12-10")] },
    ];
    await service.upload(
      syntheticNote({ seed: 3, emit: supplier, items: later }).xml,
      "?approve=true",
    );
    const { data } = await get(service, "/api/lots");
    const days = (wanted: string) =>
      data
        .filter((one: { lot: string }) => one.lot === wanted)
        .map((one: Record<string, string>) => [
          one.product_code,
          one.expires_on,
          one.first_entry_at?.slice(0, 10),
        ]);
    expect(days("L2")).toEqual([
      ["IOG", "2026-12-10", TODAY],
      ["QUE", "2026-12-10", "2026-11-11"],
      ["IOG", "2027-01-31", "2026-11-11"],
    ]);
    expect(days("L3")).toEqual([["IOG", "2027-12-31", TODAY]]);
    expect(days("L4")).toEqual([["IOG", "2026-12-10", "2026-11-11"]]);
  }, clock));

describe("the list of lots", () => {
  test("has what is about to expire, what has expired, or both, by the company's day", () =>
    withApp(async (service) => {
      await stocked(service);
      expect(names(await get(service, "/api/lots"))).toEqual([
        "IOG OLD",
        "IOG L1",
        "IOG L2",
        "QUE L1",
        "IOG L3",
      ]);
      expect(names(await get(service, "/api/lots?expiring_within=30"))).toEqual([
        "IOG L1",
        "IOG L2",
      ]);
      expect(names(await get(service, "/api/lots?expiring_within=0"))).toEqual(["IOG L1"]);
      expect(names(await get(service, "/api/lots?expired=true"))).toEqual(["IOG OLD"]);
      expect(await get(service, "/api/dashboard/stats")).toMatchObject({
        expired_lot_count: 1,
        expiring_lot_count: 2,
      });
      expect(names(await get(service, "/api/lots?expired=true&expiring_within=31"))).toEqual([
        "IOG OLD",
        "IOG L1",
        "IOG L2",
        "QUE L1",
      ]);
      expect(names(await get(service, "/api/lots?expired=false&product_code=QUE"))).toEqual([
        "QUE L1",
      ]);
      expect((await get(service, "/api/lots?product_code=NADA")).data).toEqual([]);
    }, clock));

  test("goes on by its cursor, whatever is in the texts, and refuses a cursor of another's making", () =>
    withApp(async (service) => {
      await stocked(service);
      const odd = { product_code: "IOG", type: "ENTRADA", quantity: 1, batch_number: "a/b%20|ç" };
      await service.send("POST", "/api/movements", { json: odd });
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const query = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const body = await get(service, `/api/lots?limit=1${query}`);
        seen.push(...names(body));
        cursor = body.pagination.next_cursor;
      }
      expect(seen).toEqual(["IOG OLD", "IOG L1", "IOG L2", "QUE L1", "IOG L3", "IOG a/b%20|ç"]);
      const last = (await get(service, "/api/lots")).data.at(-1);
      expect(last).toMatchObject({ expires_on: null, days_left: null, expired: false });
      expect((await service.send("GET", "/api/lots?cursor=x")).status).toBe(422);
    }, clock));

  test("shows another company's lots to none", () =>
    withApp(async (service) => {
      await stocked(service);
      const other = { as: "otherCompany" } as const;
      expect((await service.send("GET", "/api/lots", other)).body.data).toEqual([]);
      expect((await service.send("GET", "/api/lots/L1/trace", other)).body.code).toBe(
        "lot.not_found",
      );
    }, clock));
});

describe("the trace of a lot", () => {
  test("says by which note it came, from whom, by which it left, to whom, and what is here", () =>
    withApp(async (service) => {
      await stocked(service);
      await service.upload(sale.xml, "?approve=true");
      const hand = { product_code: "IOG", type: "SAIDA", quantity: 1, batch_number: "L2" };
      await service.send("POST", "/api/movements", { json: { ...hand, reference: "BALCAO" } });
      const body = await get(service, "/api/lots/L2/trace");
      expect(body).toMatchObject({
        lot: "L2",
        totals: [{ product_code: "IOG", expires_on: "2026-12-10", entered: 3, left: 2, here: 1 }],
        data: [
          {
            type: "ENTRADA",
            quantity: 3,
            named: true,
            note: {
              access_key: purchase.accessKey,
              issued_by_us: false,
              party: { id: supplier.cnpj, name: supplier.name },
            },
          },
          {
            type: "SAIDA",
            quantity: 1,
            movement_quantity: 5,
            named: false,
            note: {
              access_key: sale.accessKey,
              issued_by_us: true,
              party: { name: CUSTOMER.name },
            },
          },
          { type: "SAIDA", quantity: 1, named: true, reference: "BALCAO", note: null },
        ],
      });
    }, clock));

  test("tells products and suppliers with the same text apart, and goes on by its cursor", () =>
    withApp(async (service) => {
      await stocked(service);
      const [, other] = SUPPLIERS;
      const second = syntheticNote({
        seed: 5,
        emit: other,
        items: [{ ...item, cProd: "MAN", qCom: "2", lots: [lot("L1", "2", "2027-01-31")] }],
      });
      await service.upload(second.xml, "?approve=true");
      const products = async (query: string) =>
        (await get(service, `/api/lots/L1/trace${query}`)).data.map(
          (line: { product_code: string }) => line.product_code,
        );
      expect(await products("")).toEqual(["IOG", "MAN", "QUE"]);
      expect(await products("?product_code=QUE")).toEqual(["QUE"]);
      expect(await products(`?supplier=${other?.cnpj}`)).toEqual(["MAN"]);
      const first = await get(service, "/api/lots/L1/trace?limit=2");
      expect(await products(`?cursor=${encodeURIComponent(first.pagination.next_cursor)}`)).toEqual(
        ["QUE"],
      );
      expect(await service.send("GET", "/api/lots/L1/trace?product_code=NADA")).toMatchObject({
        status: 404,
        body: { code: "lot.not_found", lot: "L1" },
      });
    }, clock));
});
