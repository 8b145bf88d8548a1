import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { recordStatements } from "../../support/http/query-plans.ts";

type Row = Record<string, unknown>;

const item = (cProd: string) => ({
  cProd,
  xProd: `PRODUTO ${cProd}`,
  uCom: "UN",
  qCom: "10",
  vUnCom: "2.50",
});
const noteOf = (seed: number) =>
  syntheticNote({ seed, items: [item(`A${seed}`), item(`B${seed}`)] });

/** Notes in stock, a minute apart. */
async function fill({ upload, ports }: TestApp, count: number): Promise<void> {
  for (let seed = 1; seed <= count; seed += 1) {
    await upload(noteOf(seed).xml, "?approve=true");
    ports.clock.advance(60_000);
  }
}

/** The instant from which on something is asked for; the clock goes on. */
function mark({ ports }: TestApp): string {
  ports.clock.advance(60_000);
  return new Date(ports.clock.now()).toISOString();
}

async function changed(service: TestApp, path: string, since: string, limit = 1): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = "start";
  while (cursor !== null) {
    const query = `${path}?updated_after=${since}&cursor=${cursor}&limit=${limit}`;
    const { status, body } = await service.send("GET", query, { as: "VISUALIZADOR" });
    expect([query, status]).toEqual([query, 200]);
    rows.push(...body.data);
    cursor = body.pagination.next_cursor;
  }
  const numbered = await service.send("GET", `${path}?updated_after=${since}&limit=100`);
  expect(numbered.body.data).toEqual(rows);
  return rows;
}

test("notes that have changed come in the order of their changes, discarded ones too", () =>
  withApp(async (service) => {
    await fill(service, 3);
    const [waiting, dropped] = [noteOf(11), noteOf(12)];
    for (const { xml } of [waiting, dropped]) await service.upload(xml, "?approve=false");
    const since = mark(service);
    expect(await changed(service, "/api/nfes", since)).toEqual([]);
    const reason = { json: { reason: "não é nossa" } };
    await service.send("POST", `/api/nfes/${dropped.accessKey}/discard`, reason);
    service.ports.clock.advance(1);
    await service.send("POST", `/api/nfes/${noteOf(2).accessKey}/reverse`, reason);
    service.ports.clock.advance(1);
    await service.send("POST", `/api/nfes/${waiting.accessKey}/process`);
    expect(
      (await changed(service, "/api/nfes", since)).map(({ access_key, status }) => [
        access_key,
        status,
      ]),
    ).toEqual([
      [dropped.accessKey, "DESCARTADA"],
      [noteOf(2).accessKey, "ESTORNADA"],
      [waiting.accessKey, "PROCESSADA"],
    ]);
  }));

test("a note that changes between two pages comes again, and none is passed over", () =>
  withApp(async (service) => {
    const since = mark(service);
    await fill(service, 4);
    const first = await service.send(
      "GET",
      `/api/nfes?updated_after=${since}&cursor=start&limit=2`,
    );
    const reason = { json: { reason: "veio errada" } };
    await service.send("POST", `/api/nfes/${noteOf(1).accessKey}/reverse`, reason);
    const rest = await service.send(
      "GET",
      `/api/nfes?updated_after=${since}&cursor=${first.body.pagination.next_cursor}&limit=9`,
    );
    const keys = [...first.body.data, ...rest.body.data].map(({ access_key }: Row) => access_key);
    expect(keys).toEqual([1, 2, 3, 4, 1].map((seed) => noteOf(seed).accessKey));
    const other = await service.send(
      "GET",
      `/api/nfes?cursor=${first.body.pagination.next_cursor}`,
    );
    expect([other.status, other.body.code]).toEqual([422, "request.invalid"]);
  }));

test("products tell what was edited, moved or deactivated since, and the stock what is active of it", () =>
  withApp(async (service) => {
    await fill(service, 2);
    const gone = { code: "Z/1", name: "SAI DE LINHA", unit: "UN" };
    await service.send("POST", "/api/products", { json: gone });
    const since = mark(service);
    const codes = async (path: string) =>
      (await changed(service, path, since)).map(({ code, active }) => [code, active ?? "-"]);
    expect([await codes("/api/products"), await codes("/api/stock")]).toEqual([[], []]);
    await service.send("POST", "/api/movements", {
      json: { product_code: "B2", type: "SAIDA", quantity: 1 },
    });
    await service.send("PATCH", "/api/products/A1", { json: { location: "Rua 3" } });
    await service.send("DELETE", "/api/products/Z%2F1");
    expect(await codes("/api/products")).toEqual([
      ["A1", true],
      ["B2", true],
      ["Z/1", false],
    ]);
    expect(await codes("/api/stock")).toEqual([
      ["A1", "-"],
      ["B2", "-"],
    ]);
    const past = await service.send("GET", `/api/stock?at=2026-11-20&updated_after=${since}`);
    expect([past.status, past.body.code]).toEqual([422, "request.invalid"]);
  }));

test("mappings that were set since come alone, and an instant without its zone is refused", () =>
  withApp(async (service) => {
    await fill(service, 2);
    const since = mark(service);
    const [one] = (await service.send("GET", "/api/supplier-items")).body.data;
    await service.send("PUT", "/api/supplier-items", {
      json: { ...one, factor: 12, factor_text: "12" },
    });
    const rows = await changed(service, "/api/supplier-items", since);
    expect(rows.map(({ code, factor }) => [code, factor])).toEqual([[one.code, 12]]);
    for (const path of ["nfes", "products", "stock", "supplier-items"])
      for (const wrong of ["2026-11-20", "2026-11-20T10:00:00", "ontem", "1764000000"]) {
        const { status } = await service.send("GET", `/api/${path}?updated_after=${wrong}`);
        expect([path, wrong, status]).toEqual([path, wrong, 422]);
      }
  }));

test("notes that have changed are sought in the index of their changes", () =>
  withApp(async (service) => {
    await fill(service, 2);
    for (const place of ["start", btoa(JSON.stringify(["u", 1e12, 1])).replaceAll("=", "")]) {
      const statements = recordStatements(service);
      await service.send("GET", `/api/nfes?updated_after=2026-11-01T00:00:00Z&cursor=${place}`);
      const [page] = [...statements.values()].filter(({ sql }) => sql.includes("limit"));
      const plan = await service.ports.reader.rows({
        sql: `explain query plan ${page?.sql}`,
        args: page?.args ?? [],
      });
      const detail = plan.map((row) => String(row.detail)).join("\n");
      expect(detail).toContain("notes_by_change (company=? AND updated_at>");
      expect(detail).not.toContain("TEMP B-TREE");
    }
  }));
