import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { copyNote } from "../../../support/notes/copied-notes.ts";
import { supplier } from "../../../support/notes/purchase.ts";

const [, other = supplier] = SUPPLIERS;
const PATH = "/api/supplier-items/waiting";
const GTIN = "7891000100103";
const line = (cProd: string, more: object = {}) => ({
  cProd,
  xProd: `BISCOITO ${cProd}`,
  uCom: "CX",
  qCom: "2",
  vUnCom: "10.00",
  ...more,
});
const bought = (
  seed: number,
  items: ReturnType<typeof line>[],
  emit: (typeof SUPPLIERS)[number] = supplier,
) => syntheticNote({ seed, emit, items });
const waiting = async ({ send }: TestApp, query = "") => (await send("GET", PATH + query)).body;
const codes = (body: { data: { code: string }[] }) => body.data.map(({ code }) => code);

describe("the list of items without a mapping", () => {
  test("sums each item over its waiting notes, in every spelling of its unit, the most valuable first", () =>
    withApp(async (service) => {
      const first = bought(1, [line("A"), line("B", { vUnCom: "100.00" })]);
      await service.upload(first.xml);
      await service.upload(
        bought(2, [line("A", { uCom: "Caixa", xProd: "BISCOITO NOVO" }), line("A")]).xml,
      );
      const body = await waiting(service);
      expect(body).toMatchObject({
        complete: true,
        pagination: { limit: 20, next_cursor: null },
        data: [
          { code: "B", notes: 1, items: 1, quantity: 2, total_value: 200 },
          {
            supplier_cnpj: supplier.cnpj,
            supplier_name: supplier.name,
            code: "A",
            unit: "CX",
            name: "BISCOITO A",
            notes: 2,
            items: 3,
            quantity: 6,
            total_value: 60,
          },
        ],
      });
      const issued = (await service.send("GET", `/api/nfes/${first.accessKey}`)).body.issued_at;
      expect(new Date(body.data[0].oldest_note_at)).toEqual(new Date(issued));
    }));

  test("has neither what is mapped, nor what notes in stock or put aside have, nor another company's", () =>
    withApp(async (service) => {
      await service.upload(bought(1, [line("A")]).xml, "?approve=true");
      await service.upload(bought(2, [line("A"), line("B")]).xml);
      const aside = bought(3, [line("C")]);
      await service.upload(aside.xml);
      await service.send("POST", `/api/nfes/${aside.accessKey}/discard`, {
        json: { reason: "engano" },
      });
      expect(codes(await waiting(service))).toEqual(["B"]);
    }));

  test("has a product of the company's own only where mappings are required", () =>
    withApp(async (service) => {
      await service.upload(bought(1, [line("A", { uCom: "UN" })]).xml, "?approve=true");
      const sale = syntheticNote({
        seed: 2,
        emit: COMPANY,
        dest: CUSTOMER,
        CFOP: "5102",
        items: [line("A", { uCom: "UN" }), line("NOVO")],
      });
      await service.upload(sale.xml);
      expect(codes(await waiting(service))).toEqual(["NOVO"]);
      await service.send("PATCH", "/api/company", { json: { require_mapping: true } });
      expect(codes(await waiting(service))).toEqual(["A", "NOVO"]);
    }));

  test.each([
    ["2,000 notes", 1, 2_000],
    ["20,000 items", 990, 20],
  ])("says that it is not complete where more than %s wait", (_, items, copies) =>
    withApp(async (service) => {
      const first = bought(
        1,
        Array.from({ length: items }, (_, n) => line(`I${n}`)),
      );
      await service.upload(first.xml);
      await copyNote(service, first.accessKey, copies);
      expect((await waiting(service)).complete).toBe(false);
    }),
  );

  test("is read page by page without a gap or a repetition", () =>
    withApp(async (service) => {
      const items = Array.from({ length: 7 }, (_, n) =>
        line(`I${n}`, { vUnCom: n < 4 ? "5.00" : `${n}.00` }),
      );
      await service.upload(bought(1, items).xml);
      const seen: string[] = [];
      let cursor: string | null = "";
      for (let pages = 0; cursor !== null && pages < 9; pages += 1) {
        const body = await waiting(service, `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
        seen.push(...codes(body));
        cursor = body.pagination.next_cursor;
      }
      expect(seen).toEqual(["I6", "I0", "I1", "I2", "I3", "I5", "I4"]);
      for (const wrong of ["x", "W10", "!"])
        expect((await service.send("GET", `${PATH}?cursor=${wrong}`)).status).toBe(422);
    }));
});

describe("the suggestions for an item", () => {
  const offered = async (service: TestApp) => {
    await service.upload(
      bought(1, [
        line("P1", { uCom: "UN", cEAN: GTIN, NCM: "19053100", xProd: "BISCOITO MAIZENA" }),
      ]).xml,
      "?approve=true",
    );
    await service.upload(
      bought(
        2,
        [line("X", { cEAN: GTIN, uCom: "CX12", NCM: "19053100", xProd: "BISC MAIZENA" })],
        other,
      ).xml,
    );
  };

  test("stand in the list with confidence, reasons and a factor, and change nothing", () =>
    withApp(async (service) => {
      await offered(service);
      const before = await service.rows("select * from supplier_items");
      const [found] = (await waiting(service)).data;
      expect(found.suggestions).toEqual([
        {
          product_code: "P1",
          product_name: "BISCOITO MAIZENA",
          product_unit: "UN",
          confidence: 95,
          reasons: [
            { code: "gtin", message: `O código de barras ${GTIN} é o do produto.` },
            {
              code: "gtin_of_item",
              message: `O item P1 do fornecedor ${supplier.cnpj}, com o mesmo código de barras, é este produto.`,
            },
            { code: "name", message: "Mesmo NCM e nome parecido (50 de 100)." },
          ],
          factor_hint: { factor: 12, factor_text: "12", from: "unit_text" },
        },
      ]);
      const query = `?supplier_cnpj=${other.cnpj}&code=X&unit=cx12`;
      const one = await service.send("GET", `/api/supplier-items/suggestions${query}`);
      expect(one.body).toMatchObject({ code: "X", unit: "CX12", suggestions: found.suggestions });
      expect(await service.rows("select * from supplier_items")).toEqual(before);
    }));

  test("are refused by name for an item that no note has", () =>
    withApp(async (service) => {
      await offered(service);
      const query = `?supplier_cnpj=${other.cnpj}&code=X&unit=UN`;
      const { status, body } = await service.send("GET", `/api/supplier-items/suggestions${query}`);
      expect([status, body.code, body.item_code]).toEqual([404, "supplier_item.not_found", "X"]);
    }));
});
