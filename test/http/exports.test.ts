import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
import { PAGE_ROWS } from "../../src/export/pages.ts";
import type { Reader, Row } from "../../src/ports.ts";
import { parseCsv } from "../export/parse-csv.ts";
import { type Service, withService } from "../support/service.ts";

const MOVEMENTS = "/api/export/movements";
const STOCK = "/api/export/stock";

/** The file of an answer in the dialect br, by heading. */
function br(text: string): Record<string, string>[] {
  const [head = [], ...rows] = parseCsv(text.replace(/^\uFEFF/, ""), ";");
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ""])));
}

async function movement(service: Service, order: Record<string, unknown>) {
  const answer = await service.send("POST", "/api/movements", {
    as: "OPERADOR",
    json: { product_code: "P", type: "ENTRADA", quantity: "1", ...order },
  });
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
}

/** Products straight into the tables: they come from notes, and here none is needed. */
async function product(service: Service, code: string, name = code, company = 1) {
  await service.ports.database.writing.execute({
    sql: `insert into products (company, code, name, unit, created_at, updated_at) values (?1, ?2, ?3, 'UN', 0, 0)`,
    args: [company, code, name],
  });
}

/** Many movements, one a second, oldest first. */
async function many(service: Service, count: number) {
  await service.ports.database.writing.execute({
    sql: `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
      insert into movements (company, product, type, quantity_e4, origin, origin_ref, notes, posting, user_id, created_at)
      select 1, 'P', 'ENTRADA', 10000, 'MANUAL', 'm' || i, 'linha ' || i, 'x', 11, 1760000000000 + i * 1000 from n`,
    args: [count],
  });
}

describe("GET /api/export/movements", () => {
  test("gives a note's movements with the names, keys, costs and lots that belong to them", () =>
    withService(async (service) => {
      const note = syntheticNote({ seed: 7, items: 3 });
      expect((await service.upload(note.xml, "?approve=true")).body.status).toBe("PROCESSADA");
      const listed = await service.send("GET", "/api/movements/list?limit=100");
      const rows = br((await service.send("GET", MOVEMENTS)).text);
      expect(rows.length).toBe(listed.body.pagination.total);
      expect(rows.length).toBeGreaterThanOrEqual(3);
      for (const [i, row] of rows.entries()) {
        const movement = listed.body.data[i];
        expect(row).toMatchObject({
          Data: "23/11/2026 09:00:00",
          "Produto (Nome)": movement.product.name,
          Tipo: "ENTRADA",
          Quantidade: String(movement.quantity).replace(".", ","),
          Origem: "NFE",
          Referência: `="${note.accessKey}"`,
          Usuário: "Pessoa 12",
          Lote: movement.batch_number ?? "",
          "Chave de Acesso": `="${note.accessKey}"`,
          ID: String(movement.id),
        });
        expect(Number(row["Custo Total"]?.replace(",", "."))).toBe(movement.total_cost);
        expect(Number(row["Custo Unitário"]?.replace(",", "."))).toBe(movement.unit_cost);
      }
      expect(new Set(rows.map((row) => row["Item da Nota"]))).toEqual(new Set(["1", "2", "3"]));
    }));

  test("S16: tells who moved by name, and nobody's address", () =>
    withService(async (service) => {
      await product(service, "P");
      await movement(service, {});
      const { text } = await service.send("GET", MOVEMENTS, { as: "VISUALIZADOR" });
      expect(br(text)[0]).toMatchObject({ Usuário: "Pessoa 12" });
      expect(text).not.toContain("@example.com");
    }));

  test("S12: what a person or a supplier wrote is never a formula", () =>
    withService(async (service) => {
      await product(service, "P", "=HYPERLINK(1)");
      await movement(service, { notes: "@SUM(A1)", reference: "+1+1", batch_number: "-2+3" });
      for (const dialect of ["br", "rfc4180"]) {
        const { text } = await service.send("GET", `${MOVEMENTS}?dialect=${dialect}`);
        const [, row] = parseCsv(text.replace(/^\uFEFF/, ""), dialect === "br" ? ";" : ",");
        for (const written of ["'=HYPERLINK(1)", "'@SUM(A1)", "'+1+1", "'-2+3"])
          expect(row).toContain(written);
      }
    }));

  test("C10: gives every row, however many pages they fill", () =>
    withService(async (service) => {
      await product(service, "P");
      const count = 2 * PAGE_ROWS + 201;
      await many(service, count);
      const rows = br((await service.send("GET", MOVEMENTS)).text);
      expect(rows.map((row) => row.Observações)).toEqual(
        Array.from({ length: count }, (_, i) => `linha ${count - i}`),
      );
    }));

  test("filters as the list does, in the company's days", () =>
    withService(async (service) => {
      const { ports } = service;
      await product(service, "P");
      await product(service, "Q");
      const at = async (iso: string, order: Record<string, unknown>) => {
        ports.clock.set(Date.parse(iso));
        await movement(service, order);
      };
      await at("2026-11-23T02:59:59Z", { notes: "dia 22" });
      await at("2026-11-23T03:00:00Z", { notes: "dia 23", product_code: "Q" });
      await at("2026-11-24T02:59:59.999Z", {
        notes: "fim do 23",
        type: "SAIDA",
        reference: "pedido 9",
      });
      await at("2026-11-24T03:00:00Z", { notes: "dia 24", origin: "VENDA" });
      for (const [query, notes] of [
        ["from=2026-11-23&to=2026-11-23", ["fim do 23", "dia 23"]],
        ["to=2026-11-22", ["dia 22"]],
        ["from=2026-11-24&to=9999-12-31", ["dia 24"]],
        ["product_code=Q", ["dia 23"]],
        ["type=SAIDA", ["fim do 23"]],
        ["origin=venda", ["dia 24"]],
        ["reference=pedido%209", ["fim do 23"]],
        ["product_code=Z", []],
      ] as const) {
        const { text, status } = await service.send("GET", `${MOVEMENTS}?${query}`);
        const listed = await service.send("GET", `/api/movements/list?${query}`);
        expect([query, status, br(text).map((row) => row.Observações)]).toEqual([
          query,
          200,
          [...notes],
        ]);
        expect(listed.body.data.map((one: { notes: string }) => one.notes)).toEqual([...notes]);
      }
    }));

  test("finds a note's movements by its key, with or without NFe before", () =>
    withService(async (service) => {
      const [one, other] = [syntheticNote({ seed: 1 }), syntheticNote({ seed: 2 })];
      await service.upload(one.xml, "?approve=true");
      await service.upload(other.xml, "?approve=true");
      for (const reference of [one.accessKey, `NFe${one.accessKey}`]) {
        const rows = br((await service.send("GET", `${MOVEMENTS}?reference=${reference}`)).text);
        expect(rows.length).toBeGreaterThan(0);
        expect(new Set(rows.map((row) => row.Referência))).toEqual(
          new Set([`="${one.accessKey}"`]),
        );
      }
    }));
});

describe("GET /api/export/stock", () => {
  test("gives what there is of each active product, by name, filtered as the list is", () =>
    withService(async (service) => {
      await product(service, "P", "Tinta");
      await product(service, "00123", "Água");
      await product(service, "X", "Old");
      await service.ports.database.writing.executeMultiple(
        "update products set active = 0 where code = 'X'; update products set min_stock_e4 = 30000 where code = 'P'",
      );
      await movement(service, { quantity: "2.5", unit_cost: "3.33" });
      const rows = br((await service.send("GET", STOCK)).text);
      expect(
        rows.map((row) => [row.Código, row.Quantidade, row["Preço de Custo"], row.Status]),
      ).toEqual([
        ["P", "2,5", "3,332", "Baixo Estoque"],
        ['="00123"', "0", "0,00", "Esgotado"],
      ]);
      const search = await service.send("GET", `${STOCK}?search=tin&low=true`);
      expect(br(search.text).map((row) => row.Código)).toEqual(["P"]);
      expect(br((await service.send("GET", `${STOCK}?category_id=1`)).text)).toEqual([]);
    }));
});

describe("an export", () => {
  test("is a file with a name in the company's time, which no cache keeps", () =>
    withService(async (service) => {
      service.ports.clock.set(Date.parse("2026-11-23T17:15:00Z"));
      for (const [path, name] of [
        [STOCK, "estoque"],
        [MOVEMENTS, "movimentacoes"],
      ] as const) {
        const { status, headers } = await service.send("GET", path, {
          headers: { origin: "http://localhost:5173" },
        });
        expect(status).toBe(200);
        expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
        expect(headers.get("content-disposition")).toBe(
          `attachment; filename="${name}_20261123_141500.csv"`,
        );
        expect(headers.get("cache-control")).toBe("no-store");
        expect(headers.get("access-control-expose-headers")).toContain("Content-Disposition");
        expect(headers.get("x-request-id")).not.toBeNull();
      }
    }));

  test("is in the dialect that is asked for, br by default", () =>
    withService(async (service) => {
      const text = async (query: string) =>
        new Uint8Array(await (await service.raw("GET", STOCK + query)).arrayBuffer());
      const [none, br, rfc] = await Promise.all(["", "?dialect=br", "?dialect=rfc4180"].map(text));
      expect(none).toEqual(br ?? new Uint8Array());
      expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(br).slice(0, 13)).toBe(
        "\uFEFFCódigo;Nome;",
      );
      expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(rfc).slice(0, 12)).toBe(
        "Código,Nome,",
      );
    }));

  test("of a wrong filter is 422, and says which", () =>
    withService(async (service) => {
      for (const [path, query, field] of [
        [MOVEMENTS, "from=2026-02-30", "/from"],
        [MOVEMENTS, "to=ontem", "/to"],
        [MOVEMENTS, "type=COMPRA", "/type"],
        [MOVEMENTS, "dialect=excel", "/dialect"],
        [STOCK, "low=sim", "/low"],
        [STOCK, "category_id=0", "/category_id"],
        [STOCK, "dialect=", "/dialect"],
      ] as const) {
        const { status, body } = await service.send("GET", `${path}?${query}`);
        expect([query, status, body.code, body.errors[0].path]).toEqual([
          query,
          422,
          "request.invalid",
          field,
        ]);
      }
    }));

  test("shows a company its own rows and no other's", () =>
    withService(async (service) => {
      await product(service, "P");
      await movement(service, {});
      for (const path of [STOCK, MOVEMENTS])
        expect(br((await service.send("GET", path, { as: "stranger" })).text)).toEqual([]);
    }));

  test("is compressed for those who ask, where the runtime can", () =>
    withService(async (service) => {
      await product(service, "P");
      await many(service, PAGE_ROWS + 1);
      const plain = await service.raw("GET", MOVEMENTS);
      const asked = (header: string) =>
        service.raw("GET", MOVEMENTS, { headers: { "accept-encoding": header } });
      const zipped = await asked("br, gzip;q=0.8");
      expect([zipped, plain].map((answer) => answer.headers.get("vary"))).toEqual([
        expect.stringContaining("Accept-Encoding"),
        expect.stringContaining("Accept-Encoding"),
      ]);
      expect(zipped.headers.get("content-encoding")).toBe("gzip");
      const bytes = Bun.gunzipSync(new Uint8Array(await zipped.arrayBuffer()));
      expect(new TextDecoder().decode(bytes)).toBe(await plain.text());
      for (const header of ["identity", "gzip;q=0", "deflate"])
        expect((await asked(header)).headers.get("content-encoding")).toBeNull();
      service.ports.gzip = undefined;
      expect((await asked("gzip")).headers.get("content-encoding")).toBeNull();
    }));

  test("is given time anew with each page, by the request that the runtime knows", () => {
    const given: [string, number][] = [];
    return withService(
      async (service) => {
        await product(service, "P");
        await many(service, 2 * PAGE_ROWS + 1);
        await service.send("GET", MOVEMENTS);
        expect(given.length).toBeGreaterThanOrEqual(3);
        expect(new Set(given.map(([path, s]) => `${path} ${s}`))).toEqual(
          new Set([`${MOVEMENTS} 120`]),
        );
      },
      { patience: (request, seconds) => void given.push([new URL(request.url).pathname, seconds]) },
    );
  });
});

describe("an export over a database that fails", () => {
  /** The reader of the service, whose statement number `at` on a page of an export fails. */
  const failing = (service: Service, at: number): Reader => {
    const { reader } = service.ports;
    let statements = 0;
    return {
      rows(statement, signal) {
        if (!statement.sql.includes("as slice")) return reader.rows(statement, signal);
        statements += 1;
        if (statements === at) return Promise.reject(new Error("the disk is gone"));
        return reader.rows(statement, signal);
      },
    };
  };

  test("before its first page is a problem document", () =>
    withService(async (service) => {
      service.ports.reader = failing(service, 1);
      const { status, headers, body } = await service.send("GET", STOCK);
      expect([status, body.code]).toEqual([500, "internal"]);
      expect(headers.get("content-type")).toStartWith("application/problem+json");
    }));

  for (const encoding of ["identity", "gzip"])
    test(`after its first page resets the connection (${encoding}), and the log says how far it came`, () =>
      withService(async (service) => {
        await product(service, "P");
        await many(service, 3 * PAGE_ROWS);
        service.ports.reader = failing(service, 3);
        const server = Bun.serve({
          port: 0,
          hostname: "127.0.0.1",
          development: false,
          fetch: service.app.fetch,
        });
        const answer = await fetch(`${server.url}api/export/movements`, {
          headers: {
            authorization: `Bearer ${service.tokenOf("VISUALIZADOR")}`,
            "accept-encoding": encoding,
          },
        });
        expect(answer.status).toBe(200);
        await expect(answer.text()).rejects.toThrow();
        expect(service.ports.sent).toContainEqual(
          expect.objectContaining({
            level: "error",
            event: "export.interrupted",
            rows: 2 * PAGE_ROWS,
          }),
        );
        await server.stop(true);
      }));
});

test("a client that pauses pauses the query, and one that leaves ends it", () =>
  withService(async (service) => {
    await product(service, "P");
    await many(service, PAGE_ROWS);
    const { reader } = service.ports;
    let slices = 0;
    let full: Promise<Row[]> | undefined;
    // A ledger without an end: every slice is the first one, and a megabyte as text.
    service.ports.reader = {
      async rows(statement, signal) {
        if (!statement.sql.includes("as slice")) return reader.rows(statement, signal);
        slices += 1;
        full ??= reader.rows(statement, signal);
        const [row] = await full;
        return [{ slice: String(row?.slice).replaceAll("linha", "x".repeat(2_000)) }];
      },
    };
    let left = false;
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      development: false,
      fetch(request) {
        request.signal.addEventListener("abort", () => {
          left = true;
        });
        return service.app.fetch(request);
      },
    });
    const client = connect(server.port ?? 0, "127.0.0.1");
    await once(client, "connect");
    client.write(
      `GET ${MOVEMENTS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${service.tokenOf("ADMIN")}\r\n\r\n`,
    );
    await once(client, "data");
    client.pause();
    // What the sockets hold fills up, and then nothing moves; without backpressure this would never come to rest.
    const resting = async () => {
      for (let before = -1, still = 0; still < 200; before = slices) {
        await new Promise((resolve) => setImmediate(resolve));
        still = slices === before ? still + 1 : 0;
      }
    };
    await resting();
    const paused = slices;
    expect(paused).toBeGreaterThan(0);
    client.resume();
    while (slices < paused + 5) await once(client, "data");
    client.destroy();
    while (!left) await new Promise((resolve) => setImmediate(resolve));
    await resting();
    const after = slices;
    await resting();
    expect(slices).toBe(after);
    await server.stop(true);
  }));
