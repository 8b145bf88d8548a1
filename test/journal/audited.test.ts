import { expect, test } from "bun:test";
import type { WriteStatement } from "../../src/ports/sql.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { wholeFlow, withAdministrator } from "../support/whole-flow.ts";

/** Tables that are written with other tables only, and the progress of jobs, which has no author. */
const CARRIED = new Set([
  "audit",
  "events",
  "cache_versions",
  "originals",
  "ledger_spans",
  "queue",
  "jobs",
]);
const WRITES = /\b(?:insert into|update(?! set)|delete from)\s+(\w+)/g;

const tablesOf = (statements: readonly WriteStatement[]) =>
  new Set(
    statements.flatMap(({ sql }) => [...sql.matchAll(WRITES)].map((match) => match[1] ?? "")),
  );

/** Every write job, with the tables that it may write. */
function watched({ ports }: TestApp): Set<string>[] {
  const jobs: Set<string>[] = [];
  const { commit } = ports.writer;
  ports.writer.commit = (job, signal) => {
    jobs.push(tablesOf(job.statements));
    return commit(job, signal);
  };
  return jobs;
}

/** When a key was last used, to the hour: not an action of a user. */
const usesOfKeys = (tables: Set<string>) => [...tables].join() === "api_keys";

test("S14: every write has its audit line in the same batch", () =>
  withApp(async (service) => {
    const jobs = watched(service);
    const { steps } = await wholeFlow(service);
    const refused = steps.filter(({ answer }) => answer.status >= 500);
    expect(refused.map(({ name }) => name)).toEqual([]);
    const silent = jobs.filter(
      (tables) => !tables.has("audit") && !usesOfKeys(tables) && !tables.isSubsetOf(CARRIED),
    );
    expect(silent.map((tables) => [...tables])).toEqual([]);
    const written = new Set(jobs.flatMap((tables) => [...tables]));
    for (const table of [
      "notes",
      "movements",
      "companies",
      "supplier_items",
      "users",
      "api_keys",
      "mail_settings",
    ])
      expect([table, written.has(table)]).toEqual([table, true]);
  }, withAdministrator));

test("S14: every successful step and every refusal of a document is one line with its author", () =>
  withApp(async (service) => {
    const { steps } = await wholeFlow(service);
    const lines = await service.rows(
      "select action, user_id, peer, request_id, detail from audit where action <> 'company.create' order by id",
    );
    const count = (action: string) => lines.filter((line) => line.action === action).length;
    for (const { name } of steps.filter(({ name }) => /^\w+\.\w+$/.test(name)))
      if (name !== "nfe.batch") expect([name, count(name) > 0]).toEqual([name, true]);
    // Two that were refused alone, one as a duplicate, one inside of each ZIP.
    expect(count("nfe.refuse")).toBe(5);
    // The consequences of a change of settings have no line of their own; the change has one.
    const consequence = (action: unknown) => action === "nfe.rejudge";
    expect(lines.filter(({ action }) => consequence(action))).not.toEqual([]);
    for (const { action, user_id, peer, request_id } of lines) {
      const unknown = consequence(action) || action === "login.failed";
      expect([action, user_id]).toEqual([action, unknown ? null : expect.any(Number)]);
      expect([action, peer]).toEqual([action, consequence(action) ? null : "127.0.0.1"]);
      expect(request_id).toBeString();
    }
  }, withAdministrator));

test("S14: a header of any length neither removes nor enters a write's trace", () =>
  withApp(async (service) => {
    const headers = {
      "x-forwarded-for": "9".repeat(5_000),
      "x-request-id": "x".repeat(5_000),
      "user-agent": "a".repeat(5_000),
    };
    const made = await service.send("POST", "/api/keys", {
      json: { name: "k", role: "ADMIN" },
      headers,
    });
    expect(made.status).toBe(201);
    const [line] = await service.rows("select * from audit where action = 'key.create'");
    expect(line).toMatchObject({ peer: "127.0.0.1", entity_id: made.body.id });
    expect(JSON.stringify(line)).not.toMatch(/9{20}|x{20}|a{20}/);
  }));
