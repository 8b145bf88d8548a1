import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { ADMIN, fromBun, libsqlServer, SECRET } from "../world.mjs";

const DENO = "deno@2.9.6";

let server;
let child;
let base;
before(async () => {
  server = await libsqlServer();
  // npx fetches it where it is not there; the project's own packages are those of node_modules.
  const allowed = ["--allow-net=127.0.0.1", "--allow-env", "--allow-read=node_modules"];
  child = spawn(
    "npx",
    [
      ...[
        "--yes",
        DENO,
        "run",
        "--quiet",
        "--no-check",
        "--no-prompt",
        "--node-modules-dir=manual",
      ],
      ...[...allowed, "test/edge/full/deno-door.ts"],
    ],
    {
      env: {
        ...process.env,
        DATABASE_URL: server.url,
        JWT_SECRET: SECRET,
        PASSWORD_COST: "4",
      },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    },
  );
  const lines = createInterface(child.stdout);
  const [line] = await once(lines, "line", { signal: AbortSignal.timeout(60_000) });
  base = `http://127.0.0.1:${/^listening on (\d+)$/.exec(line)[1]}`;
});
after(async () => {
  // npx and what it started.
  if (child !== undefined) process.kill(-child.pid, "SIGKILL");
  await server?.close();
});

test("the same app runs on Deno: a note is uploaded, approved once, and exported as CSV", async () => {
  const [{ xml, accessKey }] = await fromBun(`
    const { NoteStream } = await import("./src/synthetic/note-stream.ts");
    return [new NoteStream({ items: 3, products: 9, seed: 7 }).next()];`);
  const login = await fetch(`${base}/api/login`, { method: "POST", body: JSON.stringify(ADMIN) });
  assert.equal(login.status, 200);
  const headers = { authorization: `Bearer ${(await login.json()).token}` };
  const call = (path, init = {}) => fetch(`${base}${path}`, { headers, ...init });

  const form = new FormData();
  form.set("file", new File([xml], "nota.xml"));
  const sent = await call("/api/nfe/upload", { method: "POST", body: form });
  assert.equal(sent.status, 200);
  assert.equal((await sent.json()).status, "PENDENTE");
  for (const already of [undefined, true]) {
    const done = await call(`/api/nfes/${accessKey}/process`, { method: "POST" });
    assert.equal(done.status, 200);
    assert.equal((await done.json()).already_processed, already);
  }
  assert.equal(await (await call(`/api/nfes/${accessKey}/xml`)).text(), xml);
  const csv = await call("/api/export/movements?dialect=rfc4180");
  assert.equal((await csv.text()).trim().split("\r\n").length, 1 + 3);
  const body = new Blob(["<a>"], { type: "application/xml" });
  const refused = await call("/api/nfe/upload", { method: "POST", body });
  assert.equal(refused.status, 422);
  assert.equal((await refused.json()).code, "nfe.malformed_xml");
});
