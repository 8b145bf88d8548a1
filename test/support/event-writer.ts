import { openDatabase } from "../../src/platform/bun/database.ts";
import { breathe } from "../../src/platform/bun/ports.ts";
import { groupWriter } from "../../src/platform/group-writer.ts";
import { happen } from "./happen.ts";

/** A process of its own that writes events: `bun event-writer.ts URL COMPANY COUNT`. Prints when it begins. */
const [url = "", company = "1", count = "0"] = process.argv.slice(2);
const database = await openDatabase(url);
await database.writing.execute("PRAGMA synchronous = OFF");
const writer = groupWriter(database.writing, {
  group: 4,
  queue: 10_000,
  patienceMs: 20_000,
  breathe,
});
console.log("writing");
await Promise.all(
  Array.from({ length: Number(count) }, (_, n) =>
    happen({ writer, clock: { now: () => n } }, [n], Number(company)),
  ),
);
await database.close();
