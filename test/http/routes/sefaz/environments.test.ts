import { expect, test } from "bun:test";
import { cnpjOf } from "../../../../src/synthetic/access-keys.ts";
import { COMPANY } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";

const { cnpj } = COMPANY;

/** A service with fetching switched on, in production. */
const withSefaz = (body: (service: TestApp) => Promise<void>) =>
  withApp(async (service) => {
    await service.send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
    await service.send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
    await body(service);
  });

test("a document is asked for again, and a call planned, in the environment where it was, or in the company's own", () =>
  withSefaz(async (service) => {
    const { send, ports, rows } = service;
    const on = { cnpj, uf: "SP", active: true };
    await send("PATCH", "/api/sefaz", { json: { ...on, environment: "homologation" } });
    await ports.writer.commit({
      statements: [
        {
          sql: `insert into sefaz_parked (company, cnpj, environment, nsu, schema, reason, parked_at)
            values (1, ?1, '2', 5, '', 'gzip', 1), (1, ?1, '1', 6, '', 'gzip', 1), (1, ?1, '2', 6, '', 'gzip', 1)`,
          args: [cnpj],
        },
        { sql: "update sefaz_cursors set due_at = ?1", args: [ports.clock.now() + 3_600_000] },
      ],
      read: () => undefined,
    });
    const retry = async (json: object) =>
      (await send("POST", "/api/sefaz/parked/retry", { json: { cnpj, ...json } })).status;
    expect(await retry({ nsu: 5 })).toBe(202);
    expect(await retry({ nsu: 5, environment: "production" })).toBe(404);
    expect(await retry({ nsu: 6 })).toBe(202);
    expect(await retry({ nsu: 6, environment: "homologation" })).toBe(202);
    expect(await rows("select environment, subject from sefaz_asks order by id")).toEqual([
      { environment: "2", subject: "5" },
      { environment: "1", subject: "6" },
      { environment: "2", subject: "6" },
    ]);
    const planned = async (json: object) => {
      await send("POST", "/api/sefaz/fetch-now", { json: { cnpj, ...json } });
      const due = await rows("select environment from sefaz_cursors where due_at <= ?1", [
        ports.clock.now(),
      ]);
      return due.map(({ environment }) => environment);
    };
    expect(await planned({})).toEqual(["1"]);
    expect(await planned({ environment: "homologation" })).toEqual(["1", "2"]);
  }));

test("a company fetches for at most 100 CNPJs; those that are there are switched on and off as before", () =>
  withSefaz(async ({ send, rows }) => {
    const branch = (n: number) => cnpjOf(`${cnpj.slice(0, 8)}${String(n).padStart(4, "0")}`);
    const patch = (of: string, active = true) =>
      send("PATCH", "/api/sefaz", { json: { cnpj: of, uf: "SP", active } });
    for (let n = 2; n <= 100; n += 1) expect((await patch(branch(n))).status).toBe(200);
    const { status, body } = await patch(branch(101));
    expect([status, body.code, body.limit]).toEqual([409, "sefaz.too_many_cnpjs", 100]);
    expect((await patch(branch(100), false)).status).toBe(200);
    expect(
      await rows(
        "select (select count(*) from sefaz_cursors) as many, (select count(*) from audit where action = 'sefaz.configure') as lines",
      ),
    ).toEqual([{ many: 100, lines: 101 }]);
  }));
