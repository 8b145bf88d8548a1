import { expect, test } from "bun:test";
import { Glob } from "bun";
import { AUDIT_ACTIONS, isAuditAction } from "../../../../src/journal/audit-actions.ts";
import { SEARCHED_LINES } from "../../../../src/journal/audit-log.ts";
import { chainAllAudits } from "../../../../src/journal/chain-audit.ts";
import { sha256 } from "../../../../src/lib/hash.ts";
import { actionSentence } from "../../../../src/messages/pt-BR/audit/actions.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";

const note = syntheticNote({ seed: 1 });
const LOGS = "/api/audit/logs";
const logs = async ({ send }: TestApp, query = "") => {
  const { status, body } = await send("GET", `${LOGS}${query}`);
  expect(status).toBe(200);
  return body;
};

/** A note that is registered and approved, a wrong upload, and a key. */
async function something(service: TestApp): Promise<void> {
  await service.upload(note.xml, "?approve=false");
  await service.send("POST", `/api/nfes/${note.accessKey}/process`, { as: "GERENTE" });
  await service.upload("<x/>");
  await service.send("POST", "/api/keys", { json: { name: "k", role: "OPERADOR" } });
}

const fill = ({ ports }: TestApp, count: number) =>
  ports.writer.commit({
    statements: [
      {
        sql: `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)
          insert into audit (company, at, user_id, action, entity, entity_id, detail, request_id)
          select 1, 1000 + i, 11, 'nfe.process', 'nfe', i, '{}', 'r' from n`,
        args: [count],
      },
    ],
    read: () => undefined,
  });

test("the audit log shows who did what, in the form of S.G.E. and with our code", () =>
  withApp(async (service) => {
    await something(service);
    const { data, pagination } = await logs(service);
    expect(data.map((line: { code: string }) => line.code)).toEqual([
      "key.create",
      "nfe.refuse",
      "nfe.process",
      "nfe.register",
      "company.create",
    ]);
    expect(data[2]).toMatchObject({
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      user: { id: 13, email: "pessoa13@example.com", name: "Pessoa 13" },
      action: "UPDATE",
      entity_type: "nfe",
      entity_id: note.accessKey,
      description: `Lançou no estoque a NF-e ${note.accessKey}`,
      old_values: null,
      new_values: expect.stringMatching(/^\{/),
      ip_address: "127.0.0.1",
      user_agent: null,
      seq: null,
      hash: null,
    });
    expect(pagination).toEqual({ page: 1, limit: 50, total: 5, total_pages: 1, next_cursor: null });
  }));

test("filters of the audit log find by day, user, verb, code and entity, and are joined by and", () =>
  withApp(async (service) => {
    await something(service);
    const codes = async (query: string) =>
      (await logs(service, query)).data.map((line: { code: string }) => line.code);
    const [today] = new Date(service.ports.clock.now() - 3 * 3_600_000).toISOString().split("T");
    for (const [query, found] of [
      ["?user_id=13", ["nfe.process"]],
      ["?action=nfe.register", ["nfe.register"]],
      ["?action=CREATE", ["key.create", "nfe.register", "company.create"]],
      ["?action=REFUSE&user_id=12", ["nfe.refuse"]],
      ["?action=nada", []],
      ["?entity_type=api_key", ["key.create"]],
      [`?entity_type=nfe&entity_id=${note.accessKey}`, ["nfe.process", "nfe.register"]],
      [`?from=${today}&to=${today}&user_id=13`, ["nfe.process"]],
      ["?to=2020-01-01", []],
      ["?from=2099-01-01", []],
    ] as const)
      expect([query, await codes(query)]).toEqual([query, [...found]]);
  }));

test("pages and cursors of the audit log walk every line once, the chained ones and the others", () =>
  withApp(async (service) => {
    await fill(service, 130);
    await chainAllAudits(service.ports);
    await fill(service, 21);
    const all = (await service.rows("select id from audit where company = 1 order by id desc")).map(
      ({ id }) => Number(id),
    );
    const byPage: number[] = [];
    for (const page of [1, 2, 3, 4]) {
      const { data, pagination } = await logs(service, `?page=${page}&limit=50`);
      expect(pagination).toMatchObject({ total: all.length, total_pages: 4 });
      byPage.push(...data.map((line: { id: number }) => line.id));
    }
    expect(byPage).toEqual(all);
    for (const filter of ["", "&user_id=11"]) {
      const byCursor: number[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const query: string = `?limit=40${filter}${cursor === "" ? "" : `&cursor=${cursor}`}`;
        const { data, pagination } = await logs(service, query);
        byCursor.push(...data.map((line: { id: number }) => line.id));
        cursor = pagination.next_cursor;
      }
      expect(byCursor).toEqual(filter === "" ? all : all.filter((id) => byCursor.includes(id)));
      expect(byCursor.length).toBe(filter === "" ? all.length : 151);
    }
  }));

test("a search that reads its most lines says where it goes on", () =>
  withApp(async (service) => {
    await fill(service, SEARCHED_LINES + 5);
    const first = await logs(service, "?action=company.create");
    expect(first.data).toEqual([]);
    expect(first.pagination.next_cursor).toBeString();
    const second = await logs(
      service,
      `?action=company.create&cursor=${first.pagination.next_cursor}`,
    );
    expect(second.data).toHaveLength(1);
    expect(second.pagination.next_cursor).toBe(null);
  }));

test("the audit log is that of the own company, and for administrators", () =>
  withApp(async (service) => {
    await something(service);
    const other = await service.send("GET", LOGS, { as: "otherCompany" });
    expect(other.body.data).toEqual([]);
    for (const as of ["GERENTE", "OPERADOR", "VISUALIZADOR"] as const)
      for (const path of [LOGS, "/api/export/audit"])
        expect((await service.send("GET", path, { as })).status).toBe(403);
  }));

/** Lines of an RFC 4180 text with quotes. */
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'),
  );

test("the CSV of the audit log has all that is needed to compute the chain again, up to the head that the log tells", () =>
  withApp(async (service) => {
    await something(service);
    await chainAllAudits(service.ports);
    const csv = await service.send("GET", "/api/export/audit?dialect=rfc4180");
    expect(csv.headers.get("content-disposition")).toContain("auditoria_");
    const [head = "", ...lines] = csv.text.trimEnd().split("\r\n");
    const names = cellsOf(head);
    const column = (line: string, name: string) => cellsOf(line)[names.indexOf(name)] ?? "";
    let hash = "0".repeat(64);
    for (const [n, line] of lines.entries()) {
      expect(column(line, "Linha")).toBe(String(n + 1));
      hash = await sha256(`${hash}\n${column(line, "Texto da Cadeia")}`);
      expect(column(line, "Hash")).toBe(hash);
    }
    expect(lines).toHaveLength(5);
    const { chain } = await logs(service);
    expect(chain).toEqual({ seq: 5, hash, chained_at: expect.any(String) });
    const br = await service.send("GET", "/api/export/audit?action=REFUSE");
    expect(br.text.split("\r\n")).toHaveLength(3);
    expect(br.text).toContain(";nfe.refuse;");
  }));

test("every action that the code writes has a verb and a sentence, and no other has", async () => {
  const sources = await Promise.all(
    [...new Glob("src/**/*.ts").scanSync()]
      .filter((path) => !/audit-actions|pt-BR\/audit/.test(path))
      .map((path) => Bun.file(path).text()),
  );
  const code = sources.join("\n");
  for (const action of Object.keys(AUDIT_ACTIONS)) {
    expect([action, code.includes(`"${action}"`)]).toEqual([action, true]);
    expect(isAuditAction(action) && actionSentence(action, "$&7")).not.toContain("{id}");
  }
});
