import { afterAll, expect, test } from "bun:test";
import { createServer, type Server, type ServerResponse } from "node:http";
import { Failed } from "../../../src/lib/result.ts";
import { groupWriter } from "../../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../../src/platform/libsql/reader.ts";
import {
  type RemoteDatabase,
  remoteDatabase,
} from "../../../src/platform/libsql/remote-database.ts";

/** What a server says to each request: a status, an error of Hrana's at the first statement or a later one, or nothing. */
type Says =
  | { status: number; body?: object; text?: string; location?: string }
  | { code: string; at?: number }
  | "cut";

/** The answer to a pipeline of Hrana 2, as sqld gives it: an error stands at the step that met it. */
function answered(request: string, { code, at = 0 }: { code: string; at?: number }) {
  const error = { message: `as sqld says ${code}`, code };
  const { requests }: { requests: { type: string; batch?: { steps: unknown[] } }[] } =
    JSON.parse(request);
  const results = requests.map(({ type, batch }) => {
    if (type === "execute") return { type: "error", error };
    if (batch === undefined) return { type: "ok", response: { type } };
    const step_errors = batch.steps.map((_, i) => (i === at ? error : null));
    const empty = { cols: [], rows: [], affected_row_count: 0, last_insert_rowid: null };
    const step_results = batch.steps.map((_, i) => (i < at ? empty : null));
    return { type: "ok", response: { type, result: { step_results, step_errors } } };
  });
  return { baton: null, base_url: null, results };
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

/** A server that says one thing, and counts how often it was asked. */
async function server(says: Says) {
  let asked = 0;
  const say = (request: string, response: ServerResponse) => {
    asked += 1;
    if (says === "cut") return response.destroy();
    const status = "status" in says ? says.status : 200;
    const body = "status" in says ? (says.body ?? { error: "x" }) : answered(request, says);
    const text = "text" in says ? says.text : JSON.stringify(body);
    if ("location" in says && says.location !== undefined)
      response.setHeader("location", says.location);
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  };
  const listening = createServer(async (request, response) => {
    const parts = await Array.fromAsync(request);
    say(Buffer.concat(parts).toString(), response);
  });
  servers.push(listening);
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const address = listening.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked: () => asked };
}

/** How one call ended, through all that stands between us and a server; and whether the server was asked again. */
async function met(
  says: Says | "closed port",
  kind: "read" | "write",
): Promise<[unknown, boolean]> {
  const { url, asked } =
    says === "closed port" ? { url: NOWHERE, asked: () => 0 } : await server(says);
  const database = remoteDatabase(url, "a token", { canProbe: false, canQueue: true });
  const writer = writerOf(database, 1);
  const call =
    kind === "read" ? clientReader(database.reading).rows(INSERT) : writer.commit(TWO_INSERTS);
  const end = await call.catch((error: unknown) => error);
  database.close();
  return [nameOf(end), asked() > 1];
}

const INSERT = { sql: "insert into things values (?1)", args: [1] };
const TWO_INSERTS = { statements: [INSERT, INSERT], read: () => null };
const writerOf = ({ writing }: Pick<RemoteDatabase, "writing">, group: number) =>
  groupWriter(writing, { group, queue: 10, waitMs: 60, yieldToEventLoop: async () => undefined });

function nameOf(end: unknown): unknown {
  const { code, why } =
    end instanceof Failed ? { why: undefined, ...end.failure } : { code: "itself", why: undefined };
  return why ?? code;
}

/** A port of the reserved range: it is closed. */
const NOWHERE = "http://127.0.0.1:1";

const AGAIN = ["overloaded", true] as const;
const REFUSED = ["database.token_refused", false] as const;
const UNSURE = { read: AGAIN, write: ["storage.unknown", false] } as const;
const SAFE = { read: AGAIN, write: AGAIN } as const;

const TABLE: readonly (readonly [
  what: string,
  says: Says,
  ends: Record<"read" | "write", readonly [string, boolean]>,
])[] = [
  // Another client has the lock, or had it for so long that ours was taken: rolled back, so it is safe to write again.
  ["SQLITE_BUSY at BEGIN", { code: "SQLITE_BUSY" }, SAFE],
  ["SQLITE_BUSY at COMMIT", { code: "SQLITE_BUSY", at: 3 }, SAFE],
  ["SQLITE_LOCKED", { code: "SQLITE_LOCKED" }, SAFE],
  ["TRANSACTION_TIMEOUT", { code: "TRANSACTION_TIMEOUT", at: 2 }, SAFE],
  ["TRANSACTION_BUSY", { code: "TRANSACTION_BUSY" }, SAFE],
  [
    "STREAM_EXPIRED",
    { status: 400, body: { message: "The stream has expired", code: "STREAM_EXPIRED" } },
    SAFE,
  ],
  ["too many requests", { status: 429 }, SAFE],
  ["Cloudflare: the origin is down", { status: 521 }, SAFE],
  ["Cloudflare: no way to the origin", { status: 523 }, SAFE],
  // It may have been written: only the client may send it again.
  ["500", { status: 500 }, UNSURE],
  ["502", { status: 502 }, UNSURE],
  ["503", { status: 503 }, UNSURE],
  ["Cloudflare: the origin took too long", { status: 522 }, UNSURE],
  ["a connection cut", "cut", UNSURE],
  ["PROXY_ERROR, of a replica before its primary", { code: "PROXY_ERROR" }, UNSURE],
  ["a page of a proxy instead of an answer", { status: 200, text: "<html>" }, UNSURE],
  [
    "an answer of which a part is missing",
    { status: 200, text: '{"results":[{"type":"ok"' },
    UNSURE,
  ],
  ["an answer without results", { status: 200, body: { results: [] } }, UNSURE],
  ["no answer", { status: 204, text: "" }, UNSURE],
  // Not transient: a retry would not help.
  ["a token expired, wrong or missing", { status: 401 }, { read: REFUSED, write: REFUSED }],
  [
    "a token that only reads",
    { status: 403 },
    { read: REFUSED, write: ["storage.read_only", false] },
  ],
  [
    "no such database",
    { status: 404 },
    { read: ["database.not_there", false], write: ["database.not_there", false] },
  ],
  [
    "a server that is at another address",
    { status: 308 },
    { read: ["database.not_there", false], write: ["database.not_there", false] },
  ],
  [
    "an account that is blocked",
    { code: "BLOCKED", at: 1 },
    { read: ["database.blocked", false], write: ["storage.read_only", false] },
  ],
  [
    "a file that only reads",
    { code: "SQLITE_READONLY", at: 1 },
    { read: ["itself", false], write: ["storage.read_only", false] },
  ],
  [
    "a full disk",
    { code: "SQLITE_FULL", at: 1 },
    { read: ["itself", false], write: ["storage.full", false] },
  ],
  [
    "a constraint",
    { code: "SQLITE_CONSTRAINT", at: 1 },
    { read: ["itself", false], write: ["storage.rejected", false] },
  ],
  [
    "what is no SQL",
    { code: "SQL_PARSE_ERROR" },
    { read: ["itself", false], write: ["itself", false] },
  ],
];

for (const [what, says, { read, write }] of TABLE)
  test.concurrent(`a fault of a libSQL server: ${what}`, async () => {
    expect(await Promise.all([met(says, "read"), met(says, "write")])).toEqual([
      [...read],
      [...write],
    ]);
  });

test("a refused connection is retried for reads and writes, which then answer overloaded", async () => {
  expect(await Promise.all([met("closed port", "read"), met("closed port", "write")])).toEqual([
    ["overloaded", false],
    ["overloaded", false],
  ]);
});

test("writes of a group whose answer cannot be read are sent once, for they may have been written", async () => {
  const unreadable: Says[] = TABLE.filter(([, , { write }]) => write === UNSURE.write).map(
    ([, says]) => says,
  );
  for (const cell of [{ type: "integer", value: "9007199254740993" }, { type: "new" }]) {
    const result = { cols: [{ name: "n" }], rows: [[cell]] };
    const step_results = Array.from({ length: 6 }, () => result);
    const batch = { type: "ok", response: { result: { step_results, step_errors: [] } } };
    // Before the batch its text is stored, after it the stream is closed.
    unreadable.push({ status: 200, body: { results: [{ type: "ok" }, batch, { type: "ok" }] } });
  }
  for (const says of unreadable) {
    const { url, asked } = await server(says);
    const database = remoteDatabase(url, "a token", { canProbe: false, canQueue: true });
    const writer = writerOf(database, 10);
    const ends = [1, 2].map(() => writer.commit(TWO_INSERTS).catch(nameOf));
    expect([says, await Promise.all(ends), asked()]).toEqual([
      says,
      ["storage.unknown", "storage.unknown"],
      1,
    ]);
    database.close();
  }
});

test("a write to a libSQL server goes to no other address that the server names", async () => {
  const other = await server({ status: 200 });
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await server({ status, location: other.url });
    const database = remoteDatabase(url, "a token", { canProbe: false, canQueue: true });
    const end = await writerOf(database, 10).commit(TWO_INSERTS).catch(nameOf);
    expect([status, end]).toEqual([status, "database.not_there"]);
    await expect(database.fetching(new Request(url, { method: "POST" }))).resolves.toMatchObject({
      status,
    });
    database.close();
  }
  expect(other.asked()).toBe(0);
});
