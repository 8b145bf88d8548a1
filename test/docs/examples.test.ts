import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../../src/client.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { withApp } from "../support/app.ts";
import { FULL } from "../support/full.ts";
import { type Server, withServer } from "../support/server.ts";

const item = (cProd: string, qCom: string) => ({
  cProd,
  xProd: `PRODUTO ${cProd}`,
  uCom: "UN",
  qCom,
  vUnCom: "2.50",
});
const note = syntheticNote({ seed: 1, items: [item("P1", "100000"), item("P2", "100000")] });

/** Runs a program of docs/examples against a server; gives what it prints. */
async function run({ url, token }: Server, command: readonly string[]): Promise<string> {
  const started = Bun.spawn([...command], {
    env: { ...process.env, SGE_URL: url.replace(/\/$/, ""), SGE_TOKEN: token },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, error, code] = await Promise.all([
    new Response(started.stdout).text(),
    new Response(started.stderr).text(),
    started.exited,
  ]);
  expect([command, code, error]).toEqual([command, 0, ""]);
  return out;
}

/** Runs `body` with a server and a folder that has an NF-e. */
const withNote = (body: (server: Server, folder: string) => Promise<void>) =>
  withServer(async (server) => {
    const folder = await mkdtemp(join(tmpdir(), "sge-examples-"));
    await Bun.write(join(folder, "note.xml"), note.xml);
    await body(server, folder).finally(() => rm(folder, { recursive: true, force: true }));
  });

test.skipIf(Bun.which("curl") === null)(
  "the example in curl sends a note, approves it and shows the stock",
  () =>
    withNote(async (server, folder) => {
      const out = await run(server, ["sh", "docs/examples/upload.sh", join(folder, "note.xml")]);
      const [receipt = "", stock = ""] = out.split("\n");
      expect(JSON.parse(receipt)).toMatchObject({
        access_key: note.accessKey,
        status: "PROCESSADA",
      });
      expect(JSON.parse(stock).data).toMatchObject([{ code: "P1", quantity: 100_000 }, {}]);
    }),
);

test("the example in TypeScript prints what the feed says that moved", () =>
  withNote(async (server) => {
    await server.upload(note.xml, "?approve=true");
    const out = await run(server, [process.execPath, "docs/examples/events.ts"]);
    expect(out).toBe("nfe.processed P1 100000\nnfe.processed P2 100000\n");
  }));

test.skipIf(!FULL || Bun.which("php") === null)(
  "the example in PHP sends a note, and takes the answer to its repetition as success",
  () =>
    withNote(async (server, folder) => {
      const command = ["php", "docs/examples/upload.php", join(folder, "note.xml")];
      for (let time = 0; time < 2; time++)
        expect(await run(server, command)).toBe(`${note.accessKey}\n`);
    }),
);

const WRITES = FULL ? 10_000 : 60;

test.skipIf(Bun.which("python3") === null)(
  "the copy of the stock that the example in Python keeps equals the stock, also when it is killed meanwhile",
  () =>
    withServer(
      async (server) => {
        const folder = await mkdtemp(join(tmpdir(), "sge-mirror-"));
        const command = ["python3", "docs/examples/mirror.py", join(folder, "state.json")];
        const env = {
          ...process.env,
          SGE_URL: server.url.replace(/\/$/, ""),
          SGE_TOKEN: server.token,
        };
        await server.upload(note.xml, "?approve=true");
        for (let i = 0; i < WRITES; i++) {
          const body = JSON.stringify({
            product_code: i % 3 === 0 ? "P1" : "P2",
            type: i % 2 === 0 ? "SAIDA" : "ENTRADA",
            quantity: 1 + (i % 7) / 10,
          });
          const headers = { "content-type": "application/json" };
          const { status } = await server.call("POST", "/api/movements", { body, headers });
          expect(status).toBe(201);
          if (i % Math.ceil(WRITES / 5) !== 1) continue;
          const cut = Bun.spawn(command, { env, stdout: "ignore", stderr: "ignore" });
          await Bun.sleep((i * 37) % 120);
          cut.kill("SIGKILL");
          await cut.exited;
        }
        const copy: Record<string, [string, string]> = JSON.parse(await run(server, command));
        const { body } = await server.call("GET", "/api/stock?limit=100");
        for (const { code, quantity, stock_value } of body.data)
          expect([code, ...(copy[code] ?? []).map(Number)]).toEqual([code, quantity, stock_value]);
        expect(Object.keys(copy)).toHaveLength(body.data.length);
        await rm(folder, { recursive: true, force: true });
      },
      { RATE_LIMIT_PER_SECOND: 1_000_000, RATE_LIMIT_BURST: 1_000_000 },
    ),
  FULL ? 900_000 : 60_000,
);

test("the typed client reads and writes as the app's routes say", () =>
  withApp(async ({ app, tokenOf, upload }) => {
    await upload(note.xml, "?approve=true");
    const sge = createClient("http://sge.test", {
      token: tokenOf("OPERADOR"),
      fetch: Object.assign(
        async (input: string | URL | Request, init?: RequestInit) =>
          app.request(String(input), init),
        { preconnect: () => undefined },
      ),
    });
    const made = await sge.api.movements.$post({
      json: { product_code: "P1", type: "SAIDA", quantity: "0.5" },
    });
    expect(made.status).toBe(201);
    const stock = await sge.api.stock.$get({ query: { search: "P1" } });
    if (stock.status !== 200) throw new Error("no stock");
    const { data } = await stock.json();
    expect(data[0]?.quantity).toBe(99_999.5);
  }));
