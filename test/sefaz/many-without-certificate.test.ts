import { expect, test } from "bun:test";
import { dueCursors } from "../../src/sefaz/fetch/due-calls.ts";
import { dueAuthors } from "../../src/sefaz/statements/due-statements.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { withApp } from "../support/app.ts";
import { somePfx } from "../support/sefaz/some-pfx.ts";

const { cnpj } = COMPANY;

test("CNPJs whose certificate is elsewhere, however many and long due, leave the look to those with one here", () =>
  withApp(async ({ ports, send }) => {
    await send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
    const json = { pfx: somePfx().toBase64(), passphrase: "segredo" };
    expect((await send("POST", "/api/certificates", { json })).status).toBe(201);
    const now = ports.clock.now();
    const many = "with recursive n (n) as (select 1 union all select n + 1 from n where n < 5001)";
    const statement = (author: string, at: string, proof: string) =>
      `select 1, 's' || n, printf('%044d', n), ${author}, '1', '210210', 1, 'asked', ${at}, ${proof}, 0, 1, 1 from n`;
    const columns =
      "(company, id, access_key, author, environment, type, sequence, state, next_at, proof, by_rule, asked_by, asked_at)";
    await ports.writer.commit({
      statements: [
        {
          sql: `insert into sefaz_cursors (company, cnpj, environment, uf, active, due_at, saved_by, created_at, updated_at)
            ${many} select 1, iif(n = 5001, ?1, printf('%014d', n)), '1', '35', 1, iif(n = 5001, ?2, 1), 1, 1, 1 from n`,
          args: [cnpj, now],
        },
        {
          sql: `insert into sefaz_statements ${columns}
            ${many} ${statement("iif(n = 5001, ?1, printf('%014d', n))", "iif(n = 5001, ?2, 1)", "iif(n = 7, 'proof', null)")}`,
          args: [cnpj, now],
        },
      ],
      read: () => undefined,
    });
    expect(await dueCursors(ports, true)).toEqual([
      { company: 1, cnpj, environment: "1", byCursor: true },
    ]);
    // What has its proof needs no certificate.
    expect(await dueAuthors(ports, true)).toEqual([
      { company: 1, author: "00000000000007" },
      { company: 1, author: cnpj },
    ]);
    ports.clock.advance(20 * 365 * 86_400_000);
    expect(await dueCursors(ports, true)).toEqual([]);
  }));
