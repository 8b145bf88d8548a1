import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";

test("the migration gives the calls whose job is not looked at the NSUs of its lines, in their order", async () => {
  const sql = await Bun.file("migrations/0051_sefaz_call_nsus.sql").text();
  using database = new Database(":memory:");
  database.run(
    "create table job_items (company, job, position, file, primary key (company, job, position))",
  );
  database.run("create table sefaz_calls (company, id, job)");
  database.run(`insert into job_items values (1, 'j', 2, 'SEFAZ 1#NSU 7'), (1, 'j', 0, 'SEFAZ 1#NSU 123456789012345'),
    (1, 'j', 1, 'SEFAZ 1#sem NSU'), (2, 'j', 0, 'SEFAZ 1#NSU 9')`);
  database.run("insert into sefaz_calls values (1, 'a', 'j'), (1, 'b', null)");
  for (const statement of sql.split("--> statement-breakpoint")) database.run(statement);
  expect(database.query("select id, nsus from sefaz_calls order by id").all()).toEqual([
    { id: "a", nsus: "[123456789012345,null,7]" },
    { id: "b", nsus: null },
  ]);
});
