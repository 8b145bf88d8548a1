import { expect, test } from "bun:test";
import { type TestApp, withApp } from "../../support/app.ts";

/** Records the texts of statements from now on; `take` returns them and clears the record. */
function statementsOf({ ports }: TestApp): { take(): string[] } {
  let texts: string[] = [];
  const { rows, single } = ports.reader;
  ports.reader.rows = (statement, signal) => {
    texts.push(statement.sql);
    return rows(statement, signal);
  };
  ports.reader.single = (statement, signal) => {
    texts.push(statement.sql);
    return single(statement, signal);
  };
  return {
    take() {
      const taken = texts;
      texts = [];
      return taken;
    },
  };
}

const MOVEMENT = { product_code: "P1", type: "ENTRADA", quantity: 1 };

/** A product P1, and what the bearer of a token or of a key asks. */
async function clientOf(service: TestApp, how: "token" | "key") {
  const { ports, send } = service;
  await ports.writer.commit({
    statements: [
      {
        sql: "insert into products (company, code, name, unit, created_at, updated_at) values (1, 'P1', 'p', 'UN', 0, 0)",
        args: [],
      },
    ],
    read: () => undefined,
  });
  let headers = {};
  if (how === "key") {
    const { body } = await send("POST", "/api/keys", { json: { name: "PDV", role: "OPERADOR" } });
    headers = { authorization: `Bearer ${body.key}` };
  }
  const get = async (path: string) => {
    const { status, headers: answer, body } = await send("GET", path, { headers, as: "OPERADOR" });
    expect(status).toBe(200);
    return { how: answer.get("x-cache"), body };
  };
  const post = async () => {
    const { status } = await send("POST", "/api/movements", {
      headers,
      as: "OPERADOR",
      json: MOVEMENT,
    });
    expect(status).toBe(201);
  };
  return { get, post };
}

for (const how of ["token", "key"] as const) {
  test(`a HIT costs the one statement that authenticates the ${how}`, () =>
    withApp(async (service) => {
      const { get } = await clientOf(service, how);
      await get("/api/products");
      const statements = statementsOf(service);
      for (const path of ["/api/stock", "/api/products", "/api/nfes", "/api/supplier-items"]) {
        await get(path);
        statements.take();
        expect((await get(path)).how).toBe("HIT");
        const [only, ...more] = statements.take();
        expect(only).toContain("cache_versions");
        expect(more).toEqual([]);
      }
    }));

  test(`a MISS costs the statement that authenticates the ${how} and those of its data`, () =>
    withApp(async (service) => {
      const { get } = await clientOf(service, how);
      await get("/api/products");
      const statements = statementsOf(service);
      expect((await get("/api/stock")).how).toBe("MISS");
      const [first, ...data] = statements.take();
      expect(first).toContain("cache_versions");
      // How many match and which are the page; their rows.
      expect(data).toHaveLength(2);
      expect(data.join()).not.toContain("cache_versions");
    }));

  test(`a write by the client of a ${how} is seen by its next read`, () =>
    withApp(async (service) => {
      const { get, post } = await clientOf(service, how);
      for (let quantity = 0; quantity < 4; quantity += 1) {
        const { how: cache, body } = await get("/api/stock");
        expect([cache, body.data[0].quantity]).toEqual(["MISS", quantity]);
        expect((await get("/api/stock")).how).toBe("HIT");
        expect((await get("/api/movements/list?product_code=P1")).body.pagination.total).toBe(
          quantity,
        );
        await post();
      }
    }));
}

test("a read of one product's movements costs one statement more, for the product's own version", () =>
  withApp(async (service) => {
    const { get } = await clientOf(service, "token");
    const path = "/api/movements/list?product_code=P1";
    await get(path);
    const statements = statementsOf(service);
    expect((await get(path)).how).toBe("HIT");
    const [authentication, version, ...more] = statements.take();
    expect(authentication).toContain("cache_versions");
    expect(version).toContain("select version from balances where company = ?1 and product = ?2");
    expect(more).toEqual([]);
  }));
