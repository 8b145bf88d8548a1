import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { count, opened, product } from "../../stock/counting/counts.ts";
import { withApp } from "../../support/app.ts";
import { STORED_NOTE } from "../../support/http/valid-requests.ts";

interface Operation {
  readonly get?: { readonly parameters?: readonly { readonly name: string }[] };
}

test("every list with a cursor takes start for its first page, which is the page without a cursor", () =>
  withApp(async (service) => {
    const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "2.50" };
    await service.upload(STORED_NOTE.xml);
    await service.upload(syntheticNote({ seed: 1, items: [item] }).xml, "?approve=true");
    const lot = { batch_number: "L1", expiration_date: "2026-12-01" };
    const json = { product_code: "P1", type: "ENTRADA", quantity: 9, ...lot };
    await service.send("POST", "/api/movements", { json });
    const names: Record<string, string> = { code: "P1", lot: "L1", id: await opened(service) };
    const { paths } = (await service.send("GET", "/openapi.json")).body;
    const withRows: string[] = [];
    for (const [path, { get }] of Object.entries<Operation>(paths)) {
      const query = get?.parameters?.map(({ name }) => name) ?? [];
      if (!query.includes("cursor")) continue;
      const at = path.replace(/\{(\w+)\}/, (_, name: string) => names[name] ?? "");
      const filter = query.includes("check") ? "month=2026-11&check=no_protocol&" : "";
      const plain = await service.send("GET", `${at}?${filter}limit=2`);
      const start = await service.send("GET", `${at}?${filter}limit=2&cursor=start`);
      // No webhook is here.
      expect([path, start.status]).toEqual([path, path.startsWith("/api/webhooks") ? 404 : 200]);
      if (start.status === 404) continue;
      if (query.includes("page")) expect([path, start.body.data]).toEqual([path, plain.body.data]);
      else expect([path, start.body]).toEqual([path, plain.body]);
      if (start.body.data?.length > 0) withRows.push(path);
    }
    expect(withRows).toEqual(
      expect.arrayContaining(["/api/products/{code}/kardex", "/api/counts", "/api/audit/logs"]),
    );
  }));

test("the review of a count goes on after a product whose code is start", () =>
  withApp(async (service) => {
    const codes = ["A/1", "start", "startle"];
    for (const code of codes) await product(service, code, 3);
    const id = await opened(service);
    for (const show of ["not_counted", "counted"]) {
      const seen: string[] = [];
      for (let cursor: string | null = "start"; cursor !== null; ) {
        const query = `?show=${show}&limit=1&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await service.send("GET", `/api/counts/${id}/review${query}`);
        seen.push(...body.data.map((row: { product_code: string }) => row.product_code));
        cursor = body.pagination.next_cursor;
        expect(seen.length).toBeLessThan(5);
      }
      expect([show, seen]).toEqual([show, codes]);
      await count(
        service,
        id,
        codes.map((product_code) => ({ product_code, quantity: 3 })),
      );
    }
    const wrong = await service.send("GET", `/api/counts/${id}/review?cursor=A`);
    expect([wrong.status, wrong.body.code]).toEqual([422, "request.invalid"]);
  }));
