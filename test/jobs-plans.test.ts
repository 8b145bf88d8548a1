import { expect, test } from "bun:test";
import { runMaintenance } from "../src/maintenance.ts";
import { syntheticNote } from "../src/synthetic/synthetic-note.ts";
import { withApp } from "./support/app.ts";
import { startExport } from "./support/exports/export-jobs.ts";
import { insertManyMovements, insertProduct } from "./support/exports/export-rows.ts";
import { costsOf, recordStatements } from "./support/http/query-plans.ts";
import { enqueueBatch, xmlFile } from "./support/notes/enqueue-batch.ts";
import { runJobs } from "./support/run-jobs.ts";

/** Tables that stay small. */
const SMALL = [
  "companies",
  "users",
  "memberships",
  "cache_versions",
  "api_keys",
  "webhooks",
  "sefaz_certificates",
  "__drizzle_migrations",
];

/** Statements that look expensive and are not: the text, and why. */
const ALLOWED: readonly (readonly [RegExp, string])[] = [
  [/'\$\.moved'/, "the movements of one posting, for its event"],
  [/ limit (1 offset )?\d+\)?$/, "a step of a count, in the order of its index"],
  [
    /^with recursive waiting \(company/,
    "as many messages as are leased at a time, of as many companies",
  ],
  [
    /^select created_at from idempotency_keys where company = \?1 order by created_at desc limit 1 offset/,
    "the oldest of the most keys that a company may have, in the order of its index",
  ],
  [/^select w\.company, w\.id from webhooks w/, "the newest event of a company, by the key"],
  [/count\(\*\) as total from jobs/, "a list tells how many rows match in all"],
  [/order by id desc limit/, "a page in the order of the key"],
  [/select j?\.?\w+ as slice|as slice from/, "a slice in the order of its index"],
  [
    /indexed by announced_notes_open/,
    "the announced notes whose note has not come, by an index of just them",
  ],
  [
    /indexed by sefaz_calls_with_job/,
    "the calls whose job was not looked at, by an index of just them",
  ],
  [/finished_at is null/, "the few jobs that are not finished, by an index of just them"],
  [/state <> 'done'/, "the documents that wait, by an index of just them"],
  [/from \(select \* from queue order by id limit 10000\)$/, "the oldest, by the key"],
  [/^select id, at from events where company = \?1 order by id limit/, "the oldest, by the key"],
];

test("no statement of a job, of its queue or of maintenance reads a table that grows", () =>
  withApp(async (service) => {
    await insertProduct(service, "P");
    await insertManyMovements(service, 600);
    const statements = recordStatements(service);
    const note = syntheticNote({ seed: 1 });
    const job = await enqueueBatch(
      service,
      [
        xmlFile("bare.xml", syntheticNote({ seed: 1, root: "NFe" }).xml),
        xmlFile("note.xml", note.xml),
        xmlFile("again.xml", note.xml),
        xmlFile("bad.xml", "<x/>"),
      ],
      "&approve=true",
    );
    const file = await startExport(service, { type: "movements", filters: { product_code: "P" } });
    await startExport(service, { type: "stock" });
    const { documents, blobs } = service.ports;
    await runJobs(service.ports, {
      documents: { ...documents, read: () => Promise.reject(new Error("no")) },
      blobs: { ...blobs, put: () => Promise.reject(new Error("no")) },
    });
    await service.send("POST", `${job}/replay`);
    await service.send("POST", `${file.replace("exports", "jobs")}/replay`);
    service.ports.clock.advance(3_600_000);
    await runMaintenance(service.ports);
    await runJobs(service.ports);
    for (const path of [job, file, `${file}/file`, "/api/jobs?kind=batch&state=done"])
      expect((await service.send("GET", path)).status).toBe(200);
    await service.send("DELETE", file);
    await service.ports.queue.depth();
    service.ports.clock.advance(40 * 86_400_000);
    await runMaintenance(service.ports);
    const tables = (
      await service.rows(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
      )
    )
      .map(({ name }) => String(name))
      .filter((name) => !SMALL.includes(name));
    const wrong: string[] = [];
    for (const statement of [...statements.values()])
      for (const { kind, what } of await costsOf(service, statement, tables))
        if (!ALLOWED.some(([text]) => text.test(statement.sql)))
          wrong.push(`${kind} ${what}: ${statement.sql.replaceAll(/\s+/g, " ").slice(0, 300)}`);
    expect(wrong).toEqual([]);
    expect(statements.size).toBeGreaterThan(60);
    expect(await service.rows("select * from jobs")).toEqual([]);
  }));
