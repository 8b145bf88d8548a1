import { expect, test } from "bun:test";
import { runMaintenance } from "../../../src/maintenance.ts";
import { readerOf } from "../../../src/ports/sql.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Send, type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { countingPasswords } from "../../support/ports-with-admin.ts";

const entry = { product_code: "P1", type: "ENTRADA", quantity: 5 };

/** A service with one product, whose requests carry a key. */
const withProduct = (run: (service: TestApp, post: Post) => Promise<void>) =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const [row] = await service.rows("select code from products limit 1");
    entry.product_code = String(row?.code);
    await run(service, (path, key, options) =>
      service.send("POST", path, {
        ...options,
        headers: { "idempotency-key": key, ...options?.headers },
      }),
    );
  });
type Post = (path: string, key: string, options?: Send) => ReturnType<TestApp["send"]>;

const note = syntheticNote({ seed: 1, items: 1 });
const manual = "select count(*) as n from movements where origin = 'MANUAL'";

test("the same movement again is written once, and gets the first answer", () =>
  withProduct(async ({ rows }, post) => {
    const first = await post("/api/movements", "a", { json: entry });
    const again = await post("/api/movements", "a", { json: entry });
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await rows(manual)).toEqual([{ n: 1 }]);
  }));

test("a key that comes with another body, path or query is 422, and nothing is written", () =>
  withProduct(async ({ rows }, post) => {
    await post("/api/movements", "a", { json: entry });
    for (const [path, json] of [
      ["/api/movements", { ...entry, quantity: 6 }],
      ["/api/movements?x=1", entry],
      ["/api/exports", { type: "stock" }],
    ] as const) {
      const { status, body } = await post(path, "a", { json });
      expect([status, body.code]).toEqual([422, "idempotency.mismatch"]);
    }
    expect(await rows(manual)).toEqual([{ n: 1 }]);
  }));

test("a key is that of its user: another user's same key is another one", () =>
  withProduct(async ({ rows }, post) => {
    await post("/api/movements", "a", { json: entry, as: "OPERADOR" });
    await post("/api/movements", "a", { json: entry, as: "GERENTE" });
    expect(await rows(manual)).toEqual([{ n: 2 }]);
  }));

test("a form with another boundary is the same request", () =>
  withProduct(async (_, post) => {
    const { xml } = syntheticNote({ seed: 2, items: 1 });
    const form = () => {
      const made = new FormData();
      made.append("file", new File([xml], "nota.xml"));
      return made;
    };
    const first = await post("/api/nfe/upload", "f", { body: form() });
    const again = await post("/api/nfe/upload", "f", { body: form() });
    expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
    const other = new FormData();
    other.append("file", new File([`${xml} `], "nota.xml"));
    const differs = await post("/api/nfe/upload", "f", { body: other });
    expect(differs.body.code).toBe("idempotency.mismatch");
  }));

const MIB = 1024 * 1024;
const HEAD = "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator";

test("a form whose file is as large as its route takes is carried out under its key", () =>
  withProduct(async ({ rows }, post) => {
    const rest = MIB - (new TextEncoder().encode(HEAD).length - HEAD.length);
    const made = new FormData();
    const line = `11222333000181;X;CX;${entry.product_code};12`;
    made.append("file", new File([`${HEAD}\r\n${line}`.padEnd(rest, " ")], "de-para.csv"));
    const first = await post("/api/supplier-items/import", "big", { body: made });
    expect([first.status, first.body]).toMatchObject([200, { created: 1 }]);
    expect(await rows("select 1 from idempotency_keys where key = 'big'")).toHaveLength(1);
  }));

test.each([
  ["/api/supplier-items/import", "text/csv", 2 * MIB, "too_large"],
  ["/api/nfe/upload", "application/xml", 32 * MIB, "too_large"],
  ["/api/nfe/batch", "application/zip", 300 * MIB, "batch.too_large"],
] as const)(
  "a body that is larger than %s takes is refused by name, not carried out without its key",
  (path, type, bytes, code) =>
    withProduct(async (_, post) => {
      const headers = { "content-type": type, "content-length": String(bytes) };
      const { status, body } = await post(path, "over", { body: "x", headers });
      expect([status, body.code]).toEqual([413, code]);
    }),
);

test("two requests with one key at the same time write once", () =>
  withProduct(async ({ ports, rows }, post) => {
    const key = "race";
    let inner: Awaited<ReturnType<Post>> | undefined;
    beforeNextCommit(ports, async () => {
      inner = await post("/api/movements", key, { json: entry });
    });
    const outer = await post("/api/movements", key, { json: entry });
    expect([inner?.status, outer.status, outer.text]).toEqual([201, 201, inner?.text ?? ""]);
    expect(await rows(manual)).toEqual([{ n: 1 }]);
  }));

test("a key whose request is in work is 409, with the time to wait", () =>
  withProduct(async ({ ports, rows }, post) => {
    let inner: Awaited<ReturnType<Post>> | undefined;
    // The second batch of the request keeps its answer.
    beforeNextCommit(
      ports,
      async () => {
        inner = await post("/api/movements", "slow", { json: entry });
      },
      1,
    );
    const outer = await post("/api/movements", "slow", { json: entry });
    expect(outer.status).toBe(201);
    expect([inner?.status, inner?.body.code, inner?.headers.get("retry-after")]).toEqual([
      409,
      "idempotency.in_progress",
      "1",
    ]);
    expect(await rows(manual)).toEqual([{ n: 1 }]);
  }));

test("a refusal that has written nothing leaves its key free, so that it may be sent again when its cause is gone", () =>
  withProduct(async ({ rows }, post) => {
    const exit = { ...entry, type: "SAIDA", quantity: 1_000_000 };
    const refused = await post("/api/movements", "e", { json: exit });
    expect([refused.status, refused.body.code]).toEqual([400, "stock.insufficient"]);
    await post("/api/movements", "more", { json: { ...entry, quantity: 1_000_000 } });
    const again = await post("/api/movements", "e", { json: exit });
    const replayed = await post("/api/movements", "e", { json: exit });
    expect([again.status, replayed.text]).toEqual([201, again.text]);
    expect(await rows(manual)).toEqual([{ n: 2 }]);
  }));

test("a malformed key is 422", () =>
  withProduct(async (_, post) => {
    for (const key of ["x".repeat(201), "a b"]) {
      const { status, body } = await post("/api/movements", key, { json: entry });
      expect([status, body.code]).toEqual([422, "idempotency.invalid_key"]);
    }
  }));

test("a user who may not do it gets no kept answer", () =>
  withProduct(async ({ rows }, post) => {
    const { status } = await post("/api/movements", "v", { json: entry, as: "VISUALIZADOR" });
    expect(status).toBe(403);
    expect(await rows("select count(*) as n from idempotency_keys")).toEqual([{ n: 0 }]);
  }));

test("the secret of an API key is not kept: the same request again makes no second one and tells its id", () =>
  withProduct(async ({ rows }, post) => {
    const json = { name: "ERP", role: "OPERADOR" };
    const first = await post("/api/keys", "k", { json });
    const again = await post("/api/keys", "k", { json });
    expect([first.status, again.status, again.body.code]).toEqual([
      201,
      409,
      "idempotency.answer_lost",
    ]);
    expect([again.body.entity, again.body.id]).toEqual(["api_key", first.body.id]);
    expect(await rows("select count(*) as n from api_keys")).toEqual([{ n: 1 }]);
    const [kept] = await rows("select body from idempotency_keys where key = 'k'");
    expect(kept).toEqual({ body: null });
  }));

test("the fingerprint of a request cannot be made of a guessed body without the secret of the service", async () => {
  const kept: unknown[] = [];
  for (const secret of [
    "a first secret of at least 32 characters",
    "another secret, also long enough",
  ])
    await withApp(
      async ({ rows, send }) => {
        const json = {
          email: "ana@loja.example",
          role: "OPERADOR",
          password: "uma senha comprida",
        };
        const headers = { "idempotency-key": "k" };
        expect((await send("POST", "/api/users", { json, headers })).status).toBe(201);
        kept.push((await rows("select fingerprint from idempotency_keys"))[0]?.fingerprint);
      },
      { config: { JWT_SECRET: secret }, passwords: countingPasswords() },
    );
  expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(String)]);
  expect(kept[0]).not.toBe(kept[1]);
});

test("keys are kept for 24 hours, and maintenance removes them", () =>
  withProduct(async ({ ports, rows }, post) => {
    await post("/api/movements", "a", { json: entry });
    ports.clock.advance(86_399_000);
    expect((await runMaintenance(ports)).keys).toBe(0);
    ports.clock.advance(2_000);
    expect((await runMaintenance(ports)).keys).toBe(1);
    expect(await rows("select count(*) as n from idempotency_keys")).toEqual([{ n: 0 }]);
  }));

test("a repetition that finds what its first request has written meanwhile gets the first answer", () =>
  withProduct(async ({ ports, rows }, post) => {
    const { reader } = ports;
    const json = { code: "NOVO", name: "NOVO", unit: "UN" };
    let looked = false;
    let inner: Awaited<ReturnType<Post>> | undefined;
    ports.reader = readerOf({
      rows: async (statement, signal) => {
        const found = await reader.rows(statement, signal);
        if (!looked && statement.sql.includes("from idempotency_keys")) {
          looked = true;
          inner = await post("/api/products", "once", { json });
        }
        return found;
      },
    });
    const outer = await post("/api/products", "once", { json });
    expect([inner?.status, outer.status, outer.text]).toEqual([201, 201, inner?.text ?? ""]);
    expect(await rows("select 1 from products where code = 'NOVO'")).toHaveLength(1);
  }));
