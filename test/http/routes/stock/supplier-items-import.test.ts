import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { factorText, fractionFactor } from "../../../../src/stock/supplier-items/factor.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type Answer, type TestApp, withApp } from "../../../support/app.ts";
import { insertProduct } from "../../../support/exports/export-rows.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";

const [{ cnpj }] = SUPPLIERS;
const PATH = "/api/supplier-items/import";
const EXPORT = "/api/export/supplier-items";
const HEAD = "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator";
const csv = (...lines: readonly string[]) => [HEAD, ...lines, ""].join("\r\n");
const send = (
  { send }: TestApp,
  body: string | Uint8Array<ArrayBuffer>,
  { query = "", type = "text/csv" } = {},
): Promise<Answer> => send("POST", PATH + query, { body, headers: { "content-type": type } });
const list = async ({ rows }: TestApp) =>
  (
    await rows(
      "select supplier, code, unit, product, factor_e4, factor_divisor, spelling from supplier_items order by 1, 2, 3",
    )
  ).map((row) => Object.values(row).join("|"));
const events = async ({ rows }: TestApp) =>
  (await rows("select payload from events where type = 'supplier_item.changed' order by id")).map(
    ({ payload }) => JSON.parse(String(payload)),
  );
const withProducts = (check: (service: TestApp) => Promise<void>) =>
  withApp(async (service) => {
    for (const code of ["P", "007"]) await insertProduct(service, code);
    await check(service);
  });

describe("an import of the mapping", () => {
  test("creates, changes and leaves, and says how many; the feed tells of the first two", () =>
    withProducts(async (service) => {
      await send(service, csv(`${cnpj};1;CX;P;12`, `${cnpj};2;UN;P;1`));
      const file = csv(`${cnpj};1;CX;P;1/12`, `${cnpj};2;UN;P;1`, `${cnpj};3;KG;007;2,5`);
      const wanted = { lines: 3, created: 1, changed: 1, unchanged: 1 };
      const tried = await send(service, file, { query: "?dry_run=true" });
      expect([tried.status, tried.body]).toEqual([
        200,
        { ...wanted, dry_run: true, message: "Simulação: 1 criados, 1 mudados, 1 sem mudança" },
      ]);
      expect(await events(service)).toHaveLength(2);
      expect((await send(service, file)).body).toMatchObject({ ...wanted, dry_run: false });
      expect(await list(service)).toEqual([
        `${cnpj}|1|CX|P|2500|3|CX`,
        `${cnpj}|2|UN|P|10000|1|UN`,
        `${cnpj}|3|KG|007|25000|1|KG`,
      ]);
      const of = { supplier_cnpj: cnpj };
      expect((await events(service)).slice(2)).toEqual([
        { ...of, code: "1", unit: "CX", product_code: "P", factor: "1/12" },
        { ...of, code: "3", unit: "KG", product_code: "007", factor: "2.5" },
      ]);
      const [audited] = await service.rows(
        "select count(*) as lines, max(detail) as detail from audit where action = 'supplier_item.import'",
      );
      expect(audited).toEqual({ lines: 2, detail: '{"lines":3}' });
    }));

  test("takes columns in any order, both dialects, a form, a BOM, LF, Windows-1252, masks, and empty lines", () =>
    withProducts(async (service) => {
      const columns =
        "Fator,Produto (Código),Produto (Nome),Unidade,Código do Fornecedor,CNPJ/CPF do Fornecedor";
      const rfc = `${columns}\n2.5,P,"Ação, ""x""\nem duas linhas",UN,1,11.222.333/0001-81\n,,,,,\n\n`;
      const latin = Uint8Array.from(csv("52998224725;Maçã;cx.;P;3"), (letter) =>
        letter.charCodeAt(0),
      );
      const form = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n\uFEFF${csv(`${cnpj};9;UN;P;1`)}\r\n--x--\r\n`;
      for (const [body, type] of [
        [rfc, "text/csv; charset=utf-8"],
        [latin, "application/vnd.ms-excel"],
        [form, "multipart/form-data; boundary=x"],
      ] as const)
        expect((await send(service, body, { type })).body).toMatchObject({ lines: 1, created: 1 });
      expect(await list(service)).toEqual(
        [
          "11222333000181|1|UN|P|25000|1|UN",
          "52998224725|Maçã|CX|P|30000|1|cx.",
          `${cnpj}|9|UN|P|10000|1|UN`,
        ].sort(),
      );
    }));

  test("names each line that cannot be saved by number, column and code, and writes nothing", () =>
    withProducts(async (service) => {
      const answer = await send(
        service,
        csv(
          `${cnpj};1;CX;P;12`,
          `123;1;CX;P;12`,
          `${cnpj};;CX;P;1.5`,
          `${cnpj};2;${"U".repeat(21)};P;0`,
          `${cnpj};3;CX;P`,
          `${cnpj};"4\r\n";CX;NADA;1/12`,
          `${cnpj};1;Cx.;P;12`,
        ),
      );
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ code: "import.invalid_lines", count: 8 });
      expect(
        answer.body.errors.map((error: { line: number; column: string; code: string }) => [
          error.line,
          error.column,
          error.code,
        ]),
      ).toEqual([
        [3, "CNPJ/CPF do Fornecedor", "supplier"],
        [4, "Código do Fornecedor", "required"],
        [4, "Fator", "factor"],
        [5, "Unidade", "too_long"],
        [5, "Fator", "factor"],
        [6, null, "cells"],
        [7, "Produto (Código)", "product_not_found"],
        [9, null, "repeated"],
      ]);
      expect(answer.body.errors.at(-1).message).toContain("linha 2");
      expect(await list(service)).toEqual([]);
    }));

  test("refuses headings by name, quotes out of place, too many lines, too many bytes and other types", () =>
    withProducts(async (service) => {
      const codes = async (body: string) =>
        (await send(service, body)).body.errors.map(
          ({ line, column, code }: Record<string, unknown>) => [line, column, code],
        );
      expect(await codes(`${HEAD};Preço;Fator\r\n`)).toEqual([
        [1, "Preço", "unknown_column"],
        [1, "Fator", "repeated_column"],
      ]);
      expect(await codes("")).toHaveLength(5);
      expect(await codes("Fator,Unidade\n")).toHaveLength(3);
      expect(await codes(csv(`${cnpj};a"b;CX;P;1`))).toEqual([[2, null, "quote_in_text"]]);
      expect(await codes(csv(`${cnpj};"a"b;CX;P;1`))).toEqual([[2, null, "text_after_quote"]]);
      expect(await codes(csv(`${cnpj};"a;CX;P;1`))).toEqual([[2, null, "quote_not_closed"]]);
      const many = csv(...Array.from({ length: 5_001 }, (_, n) => `${cnpj};${n};CX;P;1`));
      expect((await send(service, many)).body).toMatchObject({
        status: 422,
        code: "import.too_many_lines",
        limit: 5_000,
      });
      const large = await send(service, "x".repeat(1024 * 1024 + 1));
      expect([large.status, large.body.code]).toEqual([413, "too_large"]);
      const other = await send(service, "{}", { type: "application/json" });
      expect([other.status, other.body.code]).toEqual([415, "unsupported_media_type"]);
      const bad = csv(...Array.from({ length: 300 }, (_, n) => `1;${n};CX;P;1`));
      const { body } = await send(service, bad);
      expect([body.count, body.errors.length]).toEqual([300, 200]);
    }));

  test("keeps how a unit is written where the file does not say it", () =>
    withProducts(async (service) => {
      const spelled = `${HEAD};Unidade como Escrita\r\n${cnpj};1;CX;P;12;Caixa\r\n`;
      await send(service, spelled);
      expect((await send(service, spelled)).body).toMatchObject({ unchanged: 1 });
      expect((await send(service, csv(`${cnpj};1;cx;P;12`))).body).toMatchObject({ unchanged: 1 });
      await send(service, csv(`${cnpj};1;cx;P;6`));
      expect(await list(service)).toEqual([`${cnpj}|1|CX|P|60000|1|Caixa`]);
    }));

  test("judges again the notes that wait for a mapping", () =>
    withProducts(async (service) => {
      await service.send("PATCH", "/api/company", { json: { require_mapping: true } });
      const [supplier] = SUPPLIERS;
      const item = { cProd: "T1", xProd: "TINTA", uCom: "GL", qCom: "2", vUnCom: "1.00" };
      const note = syntheticNote({ seed: 1, emit: supplier, items: [item] });
      expect((await service.upload(note.xml)).body.holds).toMatchObject([{ code: "mapping" }]);
      await send(service, csv(`${cnpj};T1;GL;P;4`));
      const shown = (await service.send("GET", `/api/nfes/${note.accessKey}`)).body;
      expect(shown.holds).toEqual([]);
    }));
});

describe("the exported mapping, imported again,", () => {
  const code = fc
    .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."=+-@'\"0012,5;.aé/E") })
    .filter((text) => text.trim() === text && ![".", "..", ""].includes(text));
  const factor = fc
    .tuple(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000 }))
    .map(([above, below]) => fractionFactor(`${above}/${below}`))
    .map((made) => (made.ok ? factorText(made.value) : "1"));
  for (const dialect of ["br", "rfc4180"])
    test(`changes nothing in ${dialect}, whatever codes and factors it has`, () =>
      withProducts(async (service) => {
        const items = fc.sample(fc.tuple(code, code, factor), { seed: 20261128, numRuns: 200 });
        for (const product of new Set(items.map(([, product]) => product)))
          if (product !== "007") await insertProduct(service, product);
        const seen = new Set<string>();
        for (const [given, product, factor] of items) {
          if (seen.has(given)) continue;
          seen.add(given);
          const json = { supplier_cnpj: cnpj, code: given, unit: "CX", product_code: product };
          const put = await service.send("PUT", "/api/supplier-items", {
            json: { ...json, factor },
          });
          expect([given, put.status]).toEqual([given, 200]);
        }
        const before = await list(service);
        const { text } = await service.send("GET", `${EXPORT}?dialect=${dialect}`);
        const published = (await events(service)).length;
        expect((await send(service, text)).body).toMatchObject({
          lines: seen.size,
          created: 0,
          changed: 0,
          unchanged: seen.size,
        });
        expect(await list(service)).toEqual(before);
        expect(await events(service)).toHaveLength(published);
        const audited = await service.rows(
          "select 1 from audit where action = 'supplier_item.import'",
        );
        expect(audited).toEqual([]);
        // Into a company without them, it makes the same ones.
        await service.ports.database.writing.execute("delete from supplier_items");
        expect((await send(service, text)).body).toMatchObject({ created: seen.size });
        expect(await list(service)).toEqual(before);
      }));
});

describe("an import meets", () => {
  const file = csv(`${cnpj};1;CX;P;12`, `${cnpj};2;CX;007;1`);
  const arrange = async (service: TestApp, intrude: () => Promise<unknown>) => {
    let came = false;
    beforeNextCommit(service.ports, async () => {
      came = true;
      await intrude();
    });
    const answer = await send(service, file);
    expect(came).toBe(true);
    return answer;
  };

  test("a product that is switched off meanwhile: nothing is saved", () =>
    withProducts(async (service) => {
      const answer = await arrange(service, () =>
        service.ports.database.writing.execute("update products set active = 0 where code = '007'"),
      );
      expect(answer.body).toMatchObject({
        code: "import.invalid_lines",
        errors: [{ line: 3, code: "product_not_found" }],
      });
      expect(await list(service)).toEqual([]);
    }));

  test("units that change meanwhile: its lines are what they mean now", () =>
    withProducts(async (service) => {
      const answer = await arrange(service, () =>
        service.send("PUT", "/api/company/units", {
          json: { own: [{ spelling: "CX", unit: "DP" }] },
        }),
      );
      expect(answer.body).toMatchObject({ created: 2 });
      expect(await list(service)).toEqual([
        `${cnpj}|1|DP|P|120000|1|CX`,
        `${cnpj}|2|DP|007|10000|1|CX`,
      ]);
    }));

  test("the same file meanwhile: it leaves what the other has saved", () =>
    withProducts(async (service) => {
      const answer = await arrange(service, () => send(service, file));
      expect(answer.body).toMatchObject({ created: 0, changed: 0, unchanged: 2 });
      expect(await events(service)).toHaveLength(2);
    }));

  test("a mapping of one of its items by hand: the file counts, and says that it changed it", () =>
    withProducts(async (service) => {
      const answer = await arrange(service, () =>
        service.send("PUT", "/api/supplier-items", {
          json: { supplier_cnpj: cnpj, code: "1", unit: "CX", product_code: "007", factor: 3 },
        }),
      );
      expect(answer.body).toMatchObject({ created: 1, changed: 1 });
      expect(await list(service)).toEqual([
        `${cnpj}|1|CX|P|120000|1|CX`,
        `${cnpj}|2|CX|007|10000|1|CX`,
      ]);
    }));
});
