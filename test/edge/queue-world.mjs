import assert from "node:assert/strict";
import { execute } from "./recording-proxy.mjs";
import { ADMIN, libsqlServer, SECRET, worker } from "./world.mjs";

export const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** A Worker with a database of its own (`served`, or a new one), and what tests ask of work that goes by its queue. A message has one attempt. */
export async function queueWorld(given = {}, served = libsqlServer()) {
  const database = await served;
  const edge = await worker({
    DATABASE_URL: database.url,
    JWT_SECRET: SECRET,
    PASSWORD_COST: "4",
    JOB_ATTEMPTS: "1",
    RATE_LIMIT_PER_SECOND: "0",
    ...given,
  });
  let token = "";
  const call = (path, { body, type = "application/json", method, headers = {} } = {}) =>
    edge.fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        ...(body === undefined ? {} : { "content-type": type }),
        authorization: `Bearer ${token}`,
        ...headers,
      },
      body,
    });
  const json = async (path, options) => (await call(path, options)).json();
  ({ token } = await json("/api/login", { body: JSON.stringify(ADMIN) }));
  return {
    database,
    bindings: await edge.bindings(),
    cron: edge.cron,
    minute: edge.minute,
    mail: edge.mail,
    call,
    json,
    zipped: (base64, query = "") =>
      call(`/api/nfe/batch${query}`, {
        body: Buffer.from(base64, "base64"),
        type: "application/zip",
      }),
    /** Cells as text, as the database has them. */
    rows: async (sql) =>
      (await execute(database.url, sql)).rows.map((row) => row.map(({ value }) => value)),
    run: (sql) => execute(database.url, sql),
    /** The job as it is when it has ended. */
    async ended(job, timeoutMs = 10_000) {
      const deadline = AbortSignal.timeout(timeoutMs);
      for (;;) {
        const found = await json(`/api/jobs/${job}?limit=100`);
        if (found.finished_at != null) return found;
        assert.ok(!deadline.aborted, `the job is still ${JSON.stringify(found)}`);
        await pause();
      }
    },
    /** Lines of the log about an event. */
    logged: (event) =>
      edge
        .logs()
        .filter(({ message }) => message.includes(`"event":"${event}"`))
        .map(({ message }) => JSON.parse(message)),
    async close() {
      await edge.close();
      await database.close();
    },
  };
}

export async function accepted(answer) {
  assert.equal(answer.status, 202, await answer.clone().text());
  return (await answer.json()).job_id;
}

export const outcomes = ({ results }) => results.map(({ file, outcome }) => `${file} ${outcome}`);

/** For `fromBun`: `base64(files)`, `many(from, count)` notes with those seeds, `xml(name, text)`. */
export const ZIPS = `
  const { syntheticNote } = await import("./src/synthetic/synthetic-note.ts");
  const { zipOf } = await import("./src/synthetic/zip.ts");
  const xml = (name, text) => ({ name, bytes: new TextEncoder().encode(text) });
  const note = (seed) => syntheticNote({ seed, items: 3 }).xml;
  const many = (from, count) =>
    Array.from({ length: count }, (_, i) => xml(from + i + ".xml", note(from + i)));
  const base64 = async (files) => Buffer.from(await zipOf(files)).toString("base64");`;
