import { expect, test } from "bun:test";
import { withApp } from "../../support/app.ts";

test("a body with many unknown members gets an answer of a few kilobytes", () =>
  withApp(async ({ send }) => {
    const strange = (count: number, name: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`${name}${n}`, 1]));
    for (const [method, path] of [
      ["PATCH", "/api/company"],
      ["PUT", "/api/config/email"],
      ["POST", "/api/exports"],
    ] as const)
      for (const json of [
        strange(20_000, "x"),
        strange(100, "é".repeat(1_000)),
        strange(1, "\ud83d\ude00".repeat(50_000)),
      ]) {
        const { status, body, text } = await send(method, path, { json });
        expect([400, 422]).toContain(status);
        expect(body.code).toBe("request.invalid");
        expect(text.length).toBeLessThan(4_000);
        expect(text.isWellFormed()).toBe(true);
      }
    const { body } = await send("PATCH", "/api/company", { json: strange(8, "x") });
    expect(body.errors[0].message).toBe(
      'Campos desconhecidos: "x0", "x1", "x2", "x3", "x4" e mais 3',
    );
  }));

test("a body with any number of wrong members names the first hundred and counts the rest", () =>
  withApp(async ({ send }) => {
    const items = Array.from({ length: 990 }, () => ({ n_item: "a", effect: 1 }));
    const path = "/api/nfes/35260911222333000181550010000001231000000420/process";
    const { status, body, text } = await send("POST", path, { json: { items } });
    expect(status).toBe(422);
    expect(body.errors).toHaveLength(100);
    expect(body.detail).toEndWith("; e mais 1970");
    expect(text.length).toBeLessThan(40_000);
  }));

test("a body that is wrong as a whole has the empty pointer, a member its own", () =>
  withApp(async ({ send }) => {
    for (const json of [[], 7, "a", null]) {
      const { body } = await send("PATCH", "/api/company", { json });
      expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([""]);
    }
    const { body } = await send("PATCH", "/api/company", { json: { cnpjs: ["1"] } });
    expect(body.errors[0].path).toBe("/cnpjs/0");
  }));

test("the type of a problem is about:blank", () =>
  withApp(async ({ send }) => {
    for (const path of ["/nada", "/api/nfes/1", "/api/jobs/x"])
      expect((await send("GET", path)).body.type).toBe("about:blank");
  }));
