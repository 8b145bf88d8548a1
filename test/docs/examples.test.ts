import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../../src/client.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { withApp } from "../support/app.ts";
import { testInFullUnless, testUnless, withoutProgram } from "../support/full.ts";
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

const testInCurl = testUnless(withoutProgram("curl"));
testInCurl("the example in curl sends a note, approves it and shows the stock", () =>
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

const testInPhp = testInFullUnless(withoutProgram("php"));
testInPhp(
  "the example in PHP sends a note, and takes the answer to its repetition as success",
  () =>
    withNote(async (server, folder) => {
      const command = ["php", "docs/examples/upload.php", join(folder, "note.xml")];
      for (let time = 0; time < 2; time++)
        expect(await run(server, command)).toBe(`${note.accessKey}\n`);
    }),
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
