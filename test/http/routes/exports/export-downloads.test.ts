import { describe, expect, test } from "bun:test";
import { PAGE_ROWS } from "../../../../src/export/pages.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../../support/app.ts";
import {
  createMovement,
  csvRecords,
  insertManyMovements,
  insertProduct,
  MOVEMENTS_CSV,
  STOCK_CSV,
} from "../../../support/exports/export-rows.ts";
import { parseCsv } from "../../../support/exports/parse-csv.ts";

describe("GET /api/export/movements", () => {
  test("gives a note's movements with their names, keys, costs and lots", () =>
    withApp(async (service) => {
      const note = syntheticNote({ seed: 7, items: 3 });
      expect((await service.upload(note.xml, "?approve=true")).body.status).toBe("PROCESSADA");
      const listed = await service.send("GET", "/api/movements/list?limit=100");
      const rows = csvRecords((await service.send("GET", MOVEMENTS_CSV)).text);
      expect(rows.length).toBe(listed.body.pagination.total);
      expect(rows.length).toBeGreaterThanOrEqual(3);
      for (const [i, row] of rows.entries()) {
        const movement = listed.body.data[i];
        expect(row).toMatchObject({
          Data: "23/11/2026 09:00:00",
          "Produto (Nome)": movement.product.name,
          Tipo: "ENTRADA",
          Quantidade: String(movement.quantity).replace(".", ","),
          Origem: "NFE",
          Referência: `="${note.accessKey}"`,
          Usuário: "Pessoa 12",
          Lote: movement.batch_number ?? "",
          "Chave de Acesso": `="${note.accessKey}"`,
          ID: String(movement.id),
        });
        expect(Number(row["Custo Total"]?.replace(",", "."))).toBe(movement.total_cost);
        expect(Number(row["Custo Unitário"]?.replace(",", "."))).toBe(movement.unit_cost);
      }
      expect(new Set(rows.map((row) => row["Item da Nota"]))).toEqual(new Set(["1", "2", "3"]));
    }));

  test("S16: names the user of a movement and shows no e-mail address", () =>
    withApp(async (service) => {
      await insertProduct(service, "P");
      await createMovement(service, {});
      const { text } = await service.send("GET", MOVEMENTS_CSV, { as: "VISUALIZADOR" });
      expect(csvRecords(text)[0]).toMatchObject({ Usuário: "Pessoa 12" });
      expect(text).not.toContain("@example.com");
    }));

  test("S12: writes no user's or supplier's text as a formula", () =>
    withApp(async (service) => {
      await insertProduct(service, "P", "=HYPERLINK(1)");
      await createMovement(service, { notes: "@SUM(A1)", reference: "+1+1", batch_number: "-2+3" });
      for (const dialect of ["br", "rfc4180"]) {
        const { text } = await service.send("GET", `${MOVEMENTS_CSV}?dialect=${dialect}`);
        const [, row] = parseCsv(text.replace(/^\uFEFF/, ""), dialect === "br" ? ";" : ",");
        for (const written of ["'=HYPERLINK(1)", "'@SUM(A1)", "'+1+1", "'-2+3"])
          expect(row).toContain(written);
      }
    }));

  test("gives every row, however many pages there are", () =>
    withApp(async (service) => {
      await insertProduct(service, "P");
      const count = 2 * PAGE_ROWS + 201;
      await insertManyMovements(service, count);
      const rows = csvRecords((await service.send("GET", MOVEMENTS_CSV)).text);
      expect(rows.map((row) => row.Observações)).toEqual(
        Array.from({ length: count }, (_, i) => `linha ${count - i}`),
      );
    }));

  test("filters as the list does, by days of the company", () =>
    withApp(async (service) => {
      const { ports } = service;
      await insertProduct(service, "P");
      await insertProduct(service, "Q");
      const at = async (iso: string, order: Record<string, unknown>) => {
        ports.clock.set(Date.parse(iso));
        await createMovement(service, order);
      };
      await at("2026-11-23T02:59:59Z", { notes: "dia 22" });
      await at("2026-11-23T03:00:00Z", { notes: "dia 23", product_code: "Q" });
      await at("2026-11-24T02:59:59.999Z", {
        notes: "fim do 23",
        type: "SAIDA",
        reference: "pedido 9",
      });
      await at("2026-11-24T03:00:00Z", { notes: "dia 24", origin: "VENDA" });
      for (const [query, notes] of [
        ["from=2026-11-23&to=2026-11-23", ["fim do 23", "dia 23"]],
        ["to=2026-11-22", ["dia 22"]],
        ["from=2026-11-24&to=9999-12-31", ["dia 24"]],
        ["product_code=Q", ["dia 23"]],
        ["type=SAIDA", ["fim do 23"]],
        ["origin=venda", ["dia 24"]],
        ["reference=pedido%209", ["fim do 23"]],
        ["product_code=Z", []],
      ] as const) {
        const { text, status } = await service.send("GET", `${MOVEMENTS_CSV}?${query}`);
        const listed = await service.send("GET", `/api/movements/list?${query}`);
        expect([query, status, csvRecords(text).map((row) => row.Observações)]).toEqual([
          query,
          200,
          [...notes],
        ]);
        expect(listed.body.data.map((one: { notes: string }) => one.notes)).toEqual([...notes]);
      }
    }));

  test("finds a note's movements by its key, with or without the prefix NFe", () =>
    withApp(async (service) => {
      const [one, other] = [syntheticNote({ seed: 1 }), syntheticNote({ seed: 2 })];
      await service.upload(one.xml, "?approve=true");
      await service.upload(other.xml, "?approve=true");
      for (const reference of [one.accessKey, `NFe${one.accessKey}`]) {
        const rows = csvRecords(
          (await service.send("GET", `${MOVEMENTS_CSV}?reference=${reference}`)).text,
        );
        expect(rows.length).toBeGreaterThan(0);
        expect(new Set(rows.map((row) => row.Referência))).toEqual(
          new Set([`="${one.accessKey}"`]),
        );
      }
    }));
});

describe("GET /api/export/stock", () => {
  test("gives the balance of each active product, by name, filtered as the list is", () =>
    withApp(async (service) => {
      await insertProduct(service, "P", "Tinta");
      await insertProduct(service, "00123", "Água");
      await insertProduct(service, "X", "Old");
      await service.ports.database.writing.executeMultiple(
        "update products set active = 0 where code = 'X'; update products set min_stock_e4 = 30000 where code = 'P'",
      );
      await createMovement(service, { quantity: "2.5", unit_cost: "3.33" });
      const rows = csvRecords((await service.send("GET", STOCK_CSV)).text);
      expect(
        rows.map((row) => [row.Código, row.Quantidade, row["Preço de Custo"], row.Status]),
      ).toEqual([
        ['="00123"', "0", "0,00", "Esgotado"],
        ["P", "2,5", "3,332", "Baixo Estoque"],
      ]);
      const search = await service.send("GET", `${STOCK_CSV}?search=tin&low=true`);
      expect(csvRecords(search.text).map((row) => row.Código)).toEqual(["P"]);
      expect(csvRecords((await service.send("GET", `${STOCK_CSV}?category_id=1`)).text)).toEqual(
        [],
      );
    }));
});

describe("an export", () => {
  test("is a file that is named in the company's time and not cached", () =>
    withApp(async (service) => {
      service.ports.clock.set(Date.parse("2026-11-23T17:15:00Z"));
      for (const [path, name] of [
        [STOCK_CSV, "estoque"],
        [MOVEMENTS_CSV, "movimentacoes"],
      ] as const) {
        const { status, headers } = await service.send("GET", path, {
          headers: { origin: "http://localhost:5173" },
        });
        expect(status).toBe(200);
        expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
        expect(headers.get("content-disposition")).toBe(
          `attachment; filename="${name}_20261123_141500.csv"`,
        );
        expect(headers.get("cache-control")).toBe("no-store");
        expect(headers.get("access-control-expose-headers")).toContain("Content-Disposition");
        expect(headers.get("x-request-id")).not.toBeNull();
      }
    }));

  test("is in the dialect of the query, br by default", () =>
    withApp(async (service) => {
      const text = async (query: string) =>
        new Uint8Array(await (await service.raw("GET", STOCK_CSV + query)).arrayBuffer());
      const [none, br, rfc] = await Promise.all(["", "?dialect=br", "?dialect=rfc4180"].map(text));
      expect(none).toEqual(br ?? new Uint8Array());
      expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(br).slice(0, 13)).toBe(
        "\uFEFFCódigo;Nome;",
      );
      expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(rfc).slice(0, 12)).toBe(
        "Código,Nome,",
      );
    }));

  test("with an invalid filter is 422 with the filter's name", () =>
    withApp(async (service) => {
      for (const [path, query, field] of [
        [MOVEMENTS_CSV, "from=2026-02-30", "/from"],
        [MOVEMENTS_CSV, "to=ontem", "/to"],
        [MOVEMENTS_CSV, "type=COMPRA", "/type"],
        [MOVEMENTS_CSV, "dialect=excel", "/dialect"],
        [STOCK_CSV, "low=sim", "/low"],
        [STOCK_CSV, "category_id=0", "/category_id"],
        [STOCK_CSV, "dialect=BR", "/dialect"],
      ] as const) {
        const { status, body } = await service.send("GET", `${path}?${query}`);
        expect([query, status, body.code, body.errors[0].path]).toEqual([
          query,
          422,
          "request.invalid",
          field,
        ]);
      }
    }));

  test("shows a company only its own rows", () =>
    withApp(async (service) => {
      await insertProduct(service, "P");
      await createMovement(service, {});
      for (const path of [STOCK_CSV, MOVEMENTS_CSV])
        expect(csvRecords((await service.send("GET", path, { as: "otherCompany" })).text)).toEqual(
          [],
        );
    }));
});
