import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { AccountsFailure } from "../../src/accounts/failures.ts";
import { printError } from "../../src/cli/print-error.ts";
import type { LocalUser } from "../../src/cli/service/connect.ts";
import { localService } from "../../src/cli/service/local-service.ts";
import { Failed } from "../../src/lib/result.ts";
import { failureSentence } from "../../src/messages/pt-BR/failures/failures.ts";
import type { Answer } from "../support/app.ts";
import { type Server, withServer } from "../support/server.ts";
import { runCommandLine, testTerminal } from "../support/terminal.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-company-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sgeCompany = (...argv: readonly string[]) =>
  runCommandLine(["company", ...argv], {
    env: { DATA_DIR: folder, DATABASE_URL: `file:${folder}/sge.db`, PASSWORD_COST: "4" },
  });

const serving = (body: (server: Server) => Promise<void>) =>
  withServer(body, { DATA_DIR: folder, DATABASE_URL: `file:${folder}/sge.db` });

const login = async ({ url }: Server, email: string, password: string): Promise<Answer["body"]> =>
  (
    await fetch(`${url}/api/login`, {
      method: "POST",
      body: JSON.stringify({ email, password }),
    })
  ).json();

test("sge company add makes a company while the service runs, with a new administrator or one who exists", () =>
  serving(async (server) => {
    const cnpj = "11.222.333/0001-81";
    const two = await sgeCompany("add", "Loja Dois", "--admin", "Ana@Loja.Example", "--cnpj", cnpj);
    expect([two.code, two.out.length]).toEqual([0, 1]);
    const session = await login(server, "ana@loja.example", two.out[0] ?? "");
    expect(session.companies).toEqual([
      { id: 2, name: "Loja Dois", cnpjs: ["11222333000181"], role: "ADMIN" },
    ]);
    const three = await sgeCompany("add", "Loja Três", "--admin", "ana@loja.example");
    expect([three.code, three.out]).toEqual([0, []]);
    const again = await login(server, "ana@loja.example", two.out[0] ?? "");
    expect(again.companies.map(({ id }: { id: number }) => id)).toEqual([2, 3]);
    const { out } = await sgeCompany("list");
    expect(out.slice(1)).toEqual([
      "2\tLoja Dois\t11222333000181\tproduction\t1",
      "3\tLoja Três\t\tproduction\t1",
    ]);
    const lines = await server.ports.reader.rows({
      sql: "select company, request_id from audit where action = 'company.create' and company > 1",
      args: [],
    });
    expect(lines.map(({ company, request_id }) => [company, request_id])).toEqual([
      [2, "sge company add"],
      [3, "sge company add"],
    ]);
  }));

test("sge import and sge export act in the company that --company names, and refuse one that is not the person's", () =>
  serving(async (server) => {
    await sgeCompany("add", "Loja Dois", "--admin", "ana@loja.example");
    const config = server.ports.config;
    const asked = async (who: LocalUser) => {
      const service = await localService(config, who, "read");
      try {
        return z
          .object({ name: z.string() })
          .parse(await (await service.ask("/api/company", {})).json()).name;
      } finally {
        await service.close();
      }
    };
    expect(await asked({ company: 2 })).toBe("Loja Dois");
    expect(await asked({ email: "ana@loja.example" })).toBe("Loja Dois");
    expect(await asked({})).not.toBe("Loja Dois");
    await expect(asked({ email: "ana@loja.example", company: 1 })).rejects.toThrow("empresa 1");
  }));

test("sge company prints its usage after a wrong command line, and makes nothing", () =>
  serving(async (server) => {
    for (const argv of [
      [],
      ["add"],
      ["add", "Loja"],
      ["add", "Loja", "--admin", "ana"],
      ["add", "Loja", "--admin", "a@b.example", "--cnpj", "11222333000182"],
      ["add", "Loja", "--admin", "a@b.example", "--environment", "teste"],
      ["list", "tudo"],
    ])
      expect([argv, (await sgeCompany(...argv)).code]).toEqual([argv, 2]);
    const rows = await server.ports.reader.rows({ sql: "select id from companies", args: [] });
    expect(rows).toHaveLength(1);
  }));

test("sge company move says in a sentence, and with a code in JSON, why a company is not moved", () =>
  serving(async () => {
    const refused = async (...argv: readonly string[]) => {
      const { code, err } = await sgeCompany("move", ...argv);
      return [code, err];
    };
    expect(await refused("1", "--to", "norte")).toEqual([1, "Não há o banco norte; há first"]);
    expect(await refused("9", "--to", "first")).toEqual([1, "Não há a empresa 9"]);
    expect(await refused("1", "--abort")).toEqual([1, "Não há mudança que possa ser desfeita"]);
    const [, line = ""] = await refused("9", "--to", "first", "--json");
    expect(JSON.parse(String(line))).toEqual({
      error: { exit: 1, message: "Não há a empresa 9", code: "move.no_company", company: 9 },
    });
  }));

test("a failure of a command on the database is printed as its sentence, not as its code", () => {
  const { terminal, err } = testTerminal();
  const failure = { code: "user.too_many_companies", limit: 200 } as const;
  expect(printError(terminal, ["company", "add"], new Failed<AccountsFailure>(failure))).toBe(1);
  expect(err).toEqual([failureSentence(failure)]);
});
