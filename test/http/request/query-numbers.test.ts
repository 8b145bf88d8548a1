import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { concretePath } from "../../support/http/role-matrix.ts";

const NO_NUMBERS = [
  "0x10",
  "1e2",
  "%201",
  "1%20",
  "%2B1",
  "-1",
  "1.0",
  "1_0",
  "0b1",
  "Infinity",
  "NaN",
  "٣",
  "１",
];

test("a number in a query is decimal digits only, in every parameter of every route", async () => {
  const service = await testApp({ config: { PROFILING: true } });
  try {
    const document = (await service.send("GET", "/openapi.json")).body;
    let parameters = 0;
    for (const [path, methods] of Object.entries<
      Record<string, { parameters?: { in: string; name: string; schema: { type: string } }[] }>
    >(document.paths))
      for (const [method, { parameters: declared = [] }] of Object.entries(methods))
        for (const { name, schema, in: where } of declared) {
          if (where !== "query" || schema.type !== "integer") continue;
          parameters += 1;
          for (const text of NO_NUMBERS) {
            const { status, body } = await service.send(
              method.toUpperCase(),
              `${concretePath(path)}?${name}=${text}`,
            );
            expect([path, name, text, status]).toEqual([path, name, text, 422]);
            expect(body.errors[0].path).toBe(`/${name}`);
          }
        }
    expect(parameters).toBeGreaterThan(15);
  } finally {
    await service.close();
  }
});

test("a limit that is too large becomes the maximum, and a page that is too large is refused", async () => {
  const service = await testApp();
  try {
    const { body } = await service.send("GET", "/api/stock?limit=99999999999999999999999");
    expect(body.pagination.limit).toBe(100);
    expect((await service.send("GET", "/api/stock?limit=007")).body.pagination.limit).toBe(7);
    expect((await service.send("GET", "/api/stock?page=99999999999999999999999")).status).toBe(422);
  } finally {
    await service.close();
  }
});
