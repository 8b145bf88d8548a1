import { expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { withApp } from "../../support/app.ts";

const GZIP = { "accept-encoding": "gzip, deflate, br" };

test("JSON of more than 1 KiB is compressed for who accepts it, and its ETag still revalidates", () =>
  withApp(async (service) => {
    await service.ports.database.writing.executeMultiple(`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < 40)
        insert into products (company, code, name, unit, created_at, updated_at)
        select 1, printf('P%05d', i), 'Produto', 'UN', 0, 0 from n;`);
    const path = "/api/products";
    const plain = await service.raw("GET", path, { headers: { "accept-encoding": "identity" } });
    const text = await plain.text();
    for (const how of ["MISS", "HIT"]) {
      const path2 = how === "MISS" ? `${path}?page=1&limit=49` : path;
      const sent = await service.raw("GET", path2, { headers: GZIP });
      const bytes = new Uint8Array(await sent.arrayBuffer());
      expect([how, sent.headers.get("x-cache")]).toEqual([how, how]);
      expect(sent.headers.get("content-encoding")).toBe("gzip");
      expect(sent.headers.get("vary")).toContain("Accept-Encoding");
      expect(bytes.byteLength * 5).toBeLessThan(text.length);
      if (how === "HIT") {
        expect(String(gunzipSync(bytes))).toBe(text);
        const etag = sent.headers.get("etag") ?? "";
        expect(etag).toBe(`W/${plain.headers.get("etag")}`);
        const headers = { ...GZIP, "if-none-match": etag };
        expect((await service.raw("GET", path, { headers })).status).toBe(304);
      }
      const head = await service.raw("HEAD", path2, { headers: GZIP });
      expect(head.headers.get("content-length")).toBe(String(bytes.byteLength));
    }
  }));

test("answers that are small, that must not be stored, or that the client takes plain are not compressed", () =>
  withApp(async (service) => {
    for (const [path, headers] of [
      ["/api/products", GZIP],
      ["/api/company", GZIP],
      ["/api/nothing", GZIP],
      ["/openapi.json", { "accept-encoding": "gzip;q=0" }],
      ["/openapi.json", {}],
    ] as const) {
      const answer = await service.raw("GET", path, { headers });
      expect([path, answer.headers.get("content-encoding")]).toEqual([path, null]);
      expect(await answer.json()).toBeObject();
    }
    const large = await service.raw("GET", "/openapi.json", { headers: GZIP });
    expect(large.headers.get("content-encoding")).toBe("gzip");
    await large.arrayBuffer();
  }));
