import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "../world.mjs";

const NOTES = 80;
const UPLOADERS = 4;
const AWAY_MS = 30_000;

const database = await libsqlServer();
const edge = await worker({
  DATABASE_URL: database.url,
  JWT_SECRET: SECRET,
  PASSWORD_COST: "4",
  RATE_LIMIT_PER_SECOND: "0",
  LOG_LEVEL: "error",
});
after(async () => {
  await edge.close();
  await database.close();
});

test("an outage of thirty seconds loses and doubles no upload, and each caller gets an answer", async () => {
  const notes = await fromBun(`
    const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
    return Array.from({ length: ${NOTES} }, (_, i) => syntheticNote({ seed: i + 1, items: 2 }));`);
  const login = await edge.fetch("/api/login", { method: "POST", body: JSON.stringify(ADMIN) });
  const { token } = await login.json();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/xml" };
  const total = async (path) =>
    (await (await edge.fetch(path, { headers })).json()).pagination.total;

  const refused = new Map();
  const waiting = notes.map(({ xml }) => xml);
  let done = 0;
  /** Sends a note until it is accepted, as a client does: again after Retry-After, or when the outcome is unknown. */
  const send = async (xml) => {
    for (;;) {
      const path = "/api/nfe/upload?approve=true";
      const answer = await edge.fetch(path, { method: "POST", headers, body: xml });
      const { code } = await answer.json();
      const kept = answer.status === 200 || code === "nfe.duplicate";
      if (kept) return;
      const again = answer.headers.get("retry-after");
      const what = `${answer.status} ${code} ${again}`;
      refused.set(what, (refused.get(what) ?? 0) + 1);
      await pause(Number(again ?? 1) * 1_000);
    }
  };
  const uploader = async () => {
    for (let xml = waiting.shift(); xml !== undefined; xml = waiting.shift()) {
      await send(xml);
      done += 1;
    }
  };
  const uploading = Promise.all(Array.from({ length: UPLOADERS }, uploader));
  while (done < NOTES / 4) await pause(5);
  await database.stop("SIGKILL");
  const before = done;
  await pause(AWAY_MS);
  assert.ok(done <= before + UPLOADERS, "nothing is taken without a database");
  await database.start();
  await uploading;

  // The connection fell while a batch was on its way, for each uploader once at most; every other failure is a transient fault.
  for (const [what, times] of refused)
    assert.ok(
      what === "503 overloaded 1" || (what === "504 storage.unknown null" && times <= UPLOADERS),
      `${what}: ${times}`,
    );
  // Answered at once, and about once a second: no upload waited for thirty seconds.
  assert.ok((refused.get("503 overloaded 1") ?? 0) > UPLOADERS * 10, JSON.stringify([...refused]));
  assert.deepEqual(
    [await total("/api/nfes?status=PROCESSADA"), await total("/api/movements/list")],
    [NOTES, NOTES * 2],
  );
});
