import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";

const json = { "content-type": "application/json" };

describe("a client written for S.G.E. works unchanged", () => {
  test("empty query parameters are ignored", () =>
    withApp(async ({ upload, send }) => {
      await upload(syntheticNote({ items: 1 }).xml, "?approve=true");
      for (const path of [
        "/api/stock?search=&category_id=&page=1",
        "/api/products?page=&limit=&search=",
        "/api/movements/list?product_code=&type=",
        "/api/nfes?status=&from=&to=&supplier=&search=",
      ])
        expect([path, (await send("GET", path)).body.data?.length]).toEqual([path, 1]);
      const csv = await send("GET", "/api/export/movements?product_code=&type=");
      expect(csv.text.trim().split("\r\n")).toHaveLength(2);
      expect((await send("GET", "/api/stock?search=&page=0")).status).toBe(422);
    }));

  test("an approval with a Content-Type and no body is accepted", () =>
    withApp(async ({ upload, send }) => {
      const note = syntheticNote();
      await upload(note.xml);
      const answer = await send("POST", `/api/nfes/${note.accessKey}/process`, { headers: json });
      expect(answer).toMatchObject({ status: 200, body: { status: "PROCESSADA" } });
    }));

  test("a missing required body is 400 with its fields", () =>
    withApp(async ({ send }) => {
      const answer = await send("POST", "/api/movements", { headers: json });
      expect([answer.status, answer.body.code]).toEqual([400, "request.invalid"]);
      expect(answer.body.errors.map(({ path }: { path: string }) => path)).toContain("/quantity");
    }));

  test("a manual movement may have any origin but NFE", () =>
    withApp(async ({ upload, send }) => {
      const item = { cProd: "P", xProd: "P", uCom: "UN", qCom: "1", vUnCom: "1.00" };
      await upload(syntheticNote({ items: [item] }).xml, "?approve=true");
      const move = async (origin: string) => {
        const body = { product_code: "P", type: "ENTRADA", quantity: 1, origin };
        return (await send("POST", "/api/movements", { json: body })).status;
      };
      expect(await Promise.all(["XML", "Manual", "MANUAL", "", "NFE"].map(move))).toEqual([
        201, 201, 201, 201, 400,
      ]);
    }));
});

test("a text that cannot be stored unchanged is refused", () =>
  withApp(async ({ upload, send, rows }) => {
    const note = syntheticNote();
    await upload(note.xml);
    for (const reason of ["não \u0000 é nossa", "não \ud800 é nossa", "não é nossa \udc00"]) {
      const body = JSON.stringify({ reason });
      const answer = await send("POST", `/api/nfes/${note.accessKey}/discard`, {
        body,
        headers: json,
      });
      expect([answer.status, answer.body.errors[0].path]).toEqual([422, "/reason"]);
    }
    expect(await rows("select status, reason from notes")).toEqual([
      { status: "PENDENTE", reason: null },
    ]);
    for (const query of ["/api/stock?search=a%00b", "/api/movements/list?product_code=%00"])
      expect((await send("GET", query)).status).toBe(422);
  }));

test("an upload extends the idle timeout of the request that the runtime knows", () => {
  const asked: string[] = [];
  return withApp(
    async ({ upload }) => {
      await upload(syntheticNote({ seed: 1, items: 1 }).xml);
      expect(asked).toEqual(["/api/nfe/upload"]);
      await upload(syntheticNote({ seed: 2, items: 90 }).xml, "?approve=");
      expect(asked[1]).toBe("/api/nfe/upload?approve=");
    },
    { extendIdleTimeout: (request) => void asked.push(request.url.replace(/^http:\/\/[^/]+/, "")) },
  );
});
