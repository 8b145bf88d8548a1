import { Database as Sqlite } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { rowsOfNotes, writeBareInto } from "../../bench/bare.ts";
import { emptyFolder } from "../../bench/folder.ts";
import { keptIn } from "../../bench/ledger.ts";
import { NoteStream } from "../../src/synthetic/note-stream.ts";
import { withApp } from "../support/app.ts";

/** Tables that are written before the first note: by the migrations and by the first run. */
const BEFORE = new Set(["__drizzle_migrations", "companies", "users", "memberships"]);

/** The tables of a file that hold something. */
function written(path: string): string[] {
  const database = new Sqlite(path);
  const tables = database.query<{ name: string }, []>(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name",
  );
  const names = tables.all().map(({ name }) => name);
  const held = names.filter((name) => database.query(`select 1 from "${name}" limit 1`).get());
  database.close();
  return held.filter((name) => !BEFORE.has(name));
}

test("the bare writer writes every table that an upload writes, with the same balances", async () => {
  await using folder = await emptyFolder();
  const copy = join(folder.path, "bare.db");
  await withApp(async ({ upload, ports }) => {
    const notes = new NoteStream({ items: 3, products: 5 });
    for (let n = 0; n < 4; n += 1) {
      const { status } = await upload(notes.next().xml, "?approve=true");
      expect(status).toBe(200);
    }
    const path = ports.config.DATABASE_URL.replace("file:", "");
    await writeBareInto(copy, rowsOfNotes(path, 10));
    expect(written(copy)).toEqual(written(path));
    expect(keptIn(copy)).toEqual(keptIn(path));
    expect(keptIn(copy)).toMatchObject({ movements: 12, wrongBalances: 0 });
  });
});
