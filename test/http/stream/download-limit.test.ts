import { expect, test } from "bun:test";
import { openDownloads } from "../../../src/http/stream/download-limit.ts";
import { withApp } from "../../support/app.ts";

const PATHS = ["/api/export/stock", "/api/export/movements"];
const at = (n: number) => PATHS[n % PATHS.length] ?? "";

test("a user's 21st download at a time is refused, while a colleague's is accepted", () =>
  withApp(async ({ raw, send, ports }) => {
    const open = await Promise.all(Array.from({ length: 20 }, (_, n) => raw("GET", at(n))));
    expect(open.map(({ status }) => status)).toEqual(Array(20).fill(200));
    for (const path of PATHS) {
      const refused = await send("GET", path);
      expect([refused.status, refused.body.code]).toEqual([429, "share_exceeded"]);
    }
    expect((await send("GET", at(0), { as: "OPERADOR" })).status).toBe(200);
    expect(openDownloads(ports)).toBe(20);
    await open[0]?.text();
    await open[1]?.body?.cancel();
    expect(openDownloads(ports)).toBe(18);
    expect((await send("GET", at(0))).status).toBe(200);
    // Unread downloads are cancelled when another one needs their place.
    ports.clock.advance(120_000);
    const others = await Promise.all(Array.from({ length: 20 }, (_, n) => raw("GET", at(n))));
    expect(others.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(openDownloads(ports)).toBe(20);
    for (const { body } of others) await body?.cancel();
    expect(openDownloads(ports)).toBe(0);
  }));
