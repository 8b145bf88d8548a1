import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { recordStatements } from "../../support/http/query-plans.ts";

const [emit] = SUPPLIERS;
type Row = Record<string, unknown>;

/** Notes of two items each, from a seed on, in stock. */
async function fill({ upload, ports }: TestApp, seed: number, count: number): Promise<void> {
  for (let n = seed; n < seed + count; n += 1) {
    const items = [`A${n}`, `É${n}`].map((cProd) => ({
      cProd,
      xProd: `PRODUTO ${cProd}`,
      uCom: "UN",
      qCom: "10",
      vUnCom: "2.50",
    }));
    const { status } = await upload(syntheticNote({ seed: n, emit, items }).xml, "?approve=true");
    expect(status).toBe(200);
    // Some movements have the same instant.
    if (n % 2 === 0) ports.clock.advance(1_000);
  }
}

/** Every page of a list by its cursor; `between` happens after each. */
async function pagesOf(
  service: TestApp,
  path: string,
  between: (page: number) => Promise<unknown> = async () => null,
): Promise<Row[][]> {
  const pages: Row[][] = [];
  let cursor: string | null = "start";
  while (cursor !== null) {
    const query = `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`;
    const { status, body } = await service.send("GET", query, { as: "VISUALIZADOR" });
    expect([query, status]).toEqual([query, 200]);
    expect(Object.keys(body.pagination)).toEqual(["limit", "next_cursor"]);
    pages.push(body.data);
    cursor = body.pagination.next_cursor;
    await between(pages.length);
  }
  return pages;
}

const LISTS = [
  ["/api/nfes", "access_key"],
  ["/api/nfes?status=PROCESSADA", "access_key"],
  ["/api/nfes?from=2020-01-01&to=2030-01-01", "access_key"],
  ["/api/nfes?product_code=A1", "access_key"],
  ["/api/movements/list", "id"],
  ["/api/movements/list?product_code=A1", "id"],
  ["/api/movements/list?type=ENTRADA", "id"],
  ["/api/movements/list?origin=NFE&from=2020-01-01", "id"],
  ["/api/products", "code"],
  ["/api/products?search=produto", "code"],
  ["/api/stock", "code"],
  ["/api/stock?low=false&at=2026-12-31", "code"],
  ["/api/stock?codes=A1,A2,A3,A4", "code"],
  ["/api/supplier-items", "code"],
  ["/api/supplier-items?product_code=A1", "code"],
] as const;

test("a list by its cursor has the rows of the list by page numbers, in the same order", () =>
  withApp(async (service) => {
    await fill(service, 1, 4);
    for (const [path, key] of LISTS)
      for (const limit of [1, 4, 100]) {
        const sized = `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`;
        const pages = await pagesOf(service, sized);
        const { body } = await service.send("GET", sized.replace(`limit=${limit}`, "limit=100"));
        const keys = (rows: Row[]) => rows.map((row) => row[key]);
        expect([sized, keys(pages.flat())]).toEqual([sized, keys(body.data)]);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(body.pagination.total / limit)));
      }
  }));

test("a walk by cursors sees each row of its start once while others are written before and behind it", () =>
  withApp(async (service) => {
    await fill(service, 1, 6);
    for (const [path, key] of LISTS.filter(([, key]) => key !== "code")) {
      const { body } = await service.send(
        "GET",
        `${path}${path.includes("?") ? "&" : "?"}limit=100`,
      );
      const before = body.data.map((row: Row) => row[key]);
      const seed = 100 + LISTS.findIndex(([other]) => other === path) * 20;
      const limited = `${path}${path.includes("?") ? "&" : "?"}limit=4`;
      const pages = await pagesOf(service, limited, (page) => fill(service, seed + page, 1));
      expect([path, pages.flat().map((row) => row[key])]).toEqual([path, before]);
    }
    const products = (await service.send("GET", "/api/products?limit=100")).body.data;
    const walked = await pagesOf(service, "/api/products?limit=7", async (page) => {
      if (page < 4) await fill(service, 900 + page, 1);
    });
    const codes = walked.flat().map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code } of products) expect(codes).toContain(code);
  }));

test("movements of one instant are parted between pages without loss", () =>
  withApp(async (service) => {
    const items = Array.from({ length: 30 }, (_, n) => ({
      cProd: `P${n}`,
      xProd: "IGUAL",
      uCom: "UN",
      qCom: "1",
      vUnCom: "1.00",
    }));
    await service.upload(syntheticNote({ seed: 1, emit, items }).xml, "?approve=true");
    for (const [path, key] of [
      ["/api/movements/list?limit=7", "id"],
      ["/api/stock?limit=7", "code"],
    ] as const) {
      const keys = (await pagesOf(service, path)).flat().map((row) => row[key]);
      expect(new Set(keys).size).toBe(30);
      expect(keys).toHaveLength(30);
    }
  }));

test("a cursor of another list, a changed one and any other text are refused", () =>
  withApp(async ({ send }) => {
    const made = (place: unknown) => btoa(JSON.stringify(place)).replaceAll("=", "");
    for (const [path] of LISTS)
      for (const cursor of [
        "x",
        "%00",
        made(["x", 1]),
        made(["n", -1]),
        made(["m", 1.5, 1]),
        made(["p", "a"]),
        made(["p", 1, 2]),
        made({}),
        made(path.startsWith("/api/nfes") ? ["m", 1, 1] : ["n", 1]),
      ]) {
        const { status, body } = await send(
          "GET",
          `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`,
        );
        expect([path, cursor, status]).toEqual([path, cursor, 422]);
        expect(["request.invalid", "request.invalid_encoding"]).toContain(body.code);
      }
  }));

test("a list has the fields that are named, in every kind of page, and refuses an unknown one by its name", () =>
  withApp(async (service) => {
    await fill(service, 1, 1);
    for (const [path, fields] of [
      ["/api/nfes", ["access_key", "status"]],
      ["/api/movements/list", ["id", "quantity"]],
      ["/api/products", ["code", "quantity"]],
      ["/api/stock", ["code", "stock_value"]],
    ] as const)
      for (const cursor of ["", "&cursor=start"]) {
        const whole = await service.send("GET", `${path}?${cursor}`);
        const wanted = [...fields].reverse().join(",%20");
        const { body } = await service.send("GET", `${path}?fields=${wanted}${cursor}`);
        expect(body.data).toEqual(
          whole.body.data.map((row: Row) =>
            Object.fromEntries(fields.map((name) => [name, row[name]])),
          ),
        );
        if (path === "/api/products") expect(body.items).toEqual(body.data);
        const wrong = await service.send("GET", `${path}?fields=code,saldo,__proto__${cursor}`);
        expect([wrong.status, wrong.body.code]).toEqual([422, "request.invalid"]);
        expect(wrong.body.detail).toContain("não há o campo saldo");
        expect(wrong.body.detail).toContain("não há o campo __proto__");
      }
  }));

test("a page by its cursor costs one statement, and counts nothing", () =>
  withApp(async (service) => {
    await fill(service, 1, 3);
    for (const path of ["/api/movements/list", "/api/products", "/api/stock"]) {
      const texts: string[] = [];
      const rows = service.ports.reader.rows.bind(service.ports.reader);
      service.ports.reader.rows = (statement, signal) => {
        texts.push(statement.sql);
        return rows(statement, signal);
      };
      await service.send("GET", `${path}?cursor=start&limit=2`);
      service.ports.reader.rows = rows;
      const data = texts.filter((text) => !text.includes("cache_versions"));
      expect(data).toHaveLength(1);
      expect(data[0]).not.toContain("count(");
    }
  }));

test("a page further on is sought by its cursor in the index of its order", () =>
  withApp(async (service) => {
    await fill(service, 1, 3);
    const dates = "from=2020-01-01&to=2030-01-01";
    for (const [path, sought] of [
      ["/api/nfes?", "notes_newest (company=? AND id<?)"],
      ["/api/nfes?status=PROCESSADA", "notes_by_status (company=? AND status=? AND rowid<?)"],
      [`/api/nfes?${dates}`, "notes_by_issue (company=? AND issued_ms>? AND issued_ms<?)"],
      ["/api/movements/list?", "movements_by_time (company=? AND created_at<?)"],
      [`/api/movements/list?${dates}`, "(company=? AND created_at>? AND created_at<?)"],
      [
        "/api/movements/list?product_code=A1",
        "movements_by_product (company=? AND product=? AND id<?)",
      ],
      ["/api/products?", "products_search (company=? AND (search,code)>(?,?))"],
      ["/api/stock?low=false", "products_search (company=? AND (search,code)>(?,?))"],
    ] as const) {
      const at = { n: ["n", 3], m: ["m", 1e14, 5], p: ["p", "a", "A"] };
      const cursor = btoa(
        JSON.stringify(at[path.includes("nfes") ? "n" : path.includes("list") ? "m" : "p"]),
      );
      const statements = recordStatements(service);
      await service.send("GET", `${path}&cursor=${cursor.replaceAll("=", "")}`);
      const [page] = [...statements.values()].filter(({ sql }) => sql.includes("limit"));
      const plan = await service.ports.reader.rows({
        sql: `explain query plan ${page?.sql}`,
        args: page?.args ?? [],
      });
      expect(plan.map(({ detail }) => detail).join("\n")).toContain(sought);
      // Of a movement's bounds only that of the cursor.
      expect(page?.sql.match(/created_at < \?\d+/g)?.length ?? 1).toBe(1);
    }
  }));

test("the stock of one product is its line of the list, also at a moment and when it is inactive", () =>
  withApp(async (service) => {
    await fill(service, 1, 1);
    const list = (await service.send("GET", "/api/stock")).body.data;
    for (const line of list) {
      const path = `/api/stock/${encodeURIComponent(line.code)}`;
      expect((await service.send("GET", path)).body).toEqual(line);
      const before = await service.send("GET", `${path}?at=2020-01-01`);
      expect(before.body).toEqual({ ...line, quantity: 0, stock_value: 0 });
    }
    const json = { code: "X/1", name: "SEM ESTOQUE", unit: "UN" };
    expect((await service.send("POST", "/api/products", { json })).status).toBe(201);
    await service.send("DELETE", "/api/products/X%2F1");
    expect((await service.send("GET", "/api/stock/X%2F1")).body).toMatchObject({
      code: "X/1",
      quantity: 0,
    });
    const unknown = await service.send("GET", "/api/stock/NENHUM");
    expect([unknown.status, unknown.body.code]).toEqual([404, "product.not_found"]);
    const other = await service.send("GET", `/api/stock/${list[0].code}`, { as: "otherCompany" });
    expect(other.status).toBe(404);
  }));
