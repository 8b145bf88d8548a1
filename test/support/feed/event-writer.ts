import { openDatabase } from "../../../src/platform/bun/database/database.ts";
import { yieldToEventLoop } from "../../../src/platform/bun/ports.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { appendTestEvents } from "./append-test-events.ts";

/** A process of its own that writes events until its input ends: `bun event-writer.ts URL COMPANY NAME`. */
const [url = "", company = "1", name = "0"] = process.argv.slice(2);
const database = await openDatabase(url);
await database.writing.execute("PRAGMA synchronous = OFF");
const writer = groupWriter(database.writing, {
  group: 4,
  queue: 100,
  waitMs: 20_000,
  yieldToEventLoop,
});
let ended = false;
process.stdin.on("end", () => {
  ended = true;
});
process.stdin.resume();
while (!ended) {
  const wave = Array.from({ length: 6 }, () =>
    appendTestEvents(
      { writer, clock: { now: () => Number(name) } },
      [Number(name)],
      Number(company),
    ),
  );
  await Promise.all(wave);
}
await database.close();
process.exit(0);
