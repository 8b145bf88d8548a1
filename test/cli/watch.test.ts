import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type WatchLine, type WatchOptions, watchFolder } from "../../src/cli/documents/watch.ts";
import { moveSent, putBack, TAKEN } from "../../src/cli/documents/watched-folder.ts";
import { type Fetch, serviceClient } from "../../src/cli/service/service-client.ts";
import { sha256 } from "../../src/lib/hash.ts";
import { utf8 } from "../../src/synthetic/bytes.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { appTerminal } from "../support/terminal.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-watch-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (...parts: string[]) => join(folder, ...parts);
const put = (name: string, content: string | Uint8Array) => writeFile(at(name), content);
const xml = (seed: number) => syntheticNote({ seed }).xml;
/** The names in a folder, sorted; empty where it is not there. */
const names = async (...parts: string[]) =>
  (await readdir(at(...parts)).catch(() => [])).filter((name) => !name.startsWith(".")).sort();

const QUICK = { approve: true, settleMs: 20, unfinishedMs: 60, once: true } as const;

const fetchOf = (app: TestApp): Fetch => {
  const { fetch } = appTerminal(app, "OPERADOR");
  if (fetch === undefined) throw new Error("the terminal has a fetch");
  return fetch;
};

/** Watches the folder; what it says, and what it has done. */
async function watching(fetch: Fetch, changed: Partial<WatchOptions> = {}, token = "da pessoa") {
  const lines: WatchLine[] = [];
  const open = async () =>
    serviceClient({ base: "http://sge.localhost", token, fetch, firstWaitMs: 0 });
  const options = { ...QUICK, signal: new AbortController().signal, ...changed };
  const tally = await watchFolder(folder, open, options, (line) => lines.push(line));
  return { tally, lines, events: lines.map(({ event }) => event) };
}

const ofApp = (app: TestApp, changed: Partial<WatchOptions> = {}) =>
  watching(fetchOf(app), changed, app.tokenOf("OPERADOR"));

const registered = async (app: TestApp) =>
  (await app.rows("select count(*) as n from notes"))[0]?.n;

test("sge watch moves what was taken in, and what was refused with its reason beside it", () =>
  withApp(async (app) => {
    await put("boa.xml", xml(1));
    await put("cortada.xml", xml(2).slice(0, 900));
    await put("outra.xml", "<CTe/>");
    await put(
      "lote.zip",
      await zipOf([
        { name: "a.xml", bytes: utf8(xml(3)) },
        { name: "b.pdf", bytes: utf8("%PDF") },
      ]),
    );
    await put(
      "meio.zip",
      await zipOf([
        { name: "a.xml", bytes: utf8(xml(4)) },
        { name: "b.xml", bytes: utf8("<x>") },
      ]),
    );
    await put("danfe.pdf", "%PDF-1.7");
    await put("antes.xml", xml(1));
    const { tally, events } = await ofApp(app);
    expect(tally).toEqual({ taken: 3, refused: 3, left: 0 });
    expect(await names()).toEqual(["danfe.pdf", "importadas", "recusadas"]);
    expect(await names("importadas")).toEqual(["antes.xml", "boa.xml", "lote.zip"]);
    expect(await names("recusadas")).toEqual(
      ["cortada.xml", "meio.zip", "outra.xml"].flatMap((name) => [name, `${name}.motivo.txt`]),
    );
    expect(await readFile(at("recusadas", "meio.zip.motivo.txt"), "utf8")).toContain("b.xml");
    expect(await readFile(at("recusadas", "meio.zip.motivo.txt"), "utf8")).toContain("entraram: 1");
    expect(await registered(app)).toBe(3);
    expect([events[0], events.at(-1)]).toEqual(["watching", "stopped"]);
  }));

test("a file that is still being written is not read, and one that is cut off is refused after a time alone", () =>
  withApp(async (app) => {
    const whole = xml(5);
    await put("lenta.xml", whole.slice(0, 300));
    const watched = ofApp(app, { unfinishedMs: 5_000 });
    for (let from = 300; from < whole.length; from += Math.ceil(whole.length / 8)) {
      await Bun.sleep(30);
      await appendFile(at("lenta.xml"), whole.slice(from, from + Math.ceil(whole.length / 8)));
    }
    expect((await watched).tally).toEqual({ taken: 1, refused: 0, left: 0 });
    expect(await names("importadas")).toEqual(["lenta.xml"]);
  }));

test("several watches of one folder, and one killed at any point, lose and double nothing", () =>
  withApp(async (app) => {
    for (let seed = 10; seed < 18; seed += 1) await put(`${seed}.xml`, xml(seed));
    // Sent by one that was killed before it had moved it, and held by one that was killed while it moved it.
    await app.upload(xml(10));
    await mkdir(at(".sge-movendo"));
    await rename(at("11.xml"), at(".sge-movendo", "0000~11.xml"));
    expect(await putBack(folder, Date.now())).toBe(0);
    expect(await putBack(folder, Date.now() + 61_000)).toBe(1);
    const all = await Promise.all([ofApp(app), ofApp(app), ofApp(app)]);
    expect(all.reduce((sum, { tally }) => sum + tally.taken, 0)).toBe(8);
    expect(await names()).toEqual(["importadas"]);
    expect(await names("importadas")).toHaveLength(8);
    expect(await registered(app)).toBe(8);
  }));

test("a file that became another one after it was sent goes back, and a name that is taken is not replaced", async () => {
  await put("nota.xml", "nova");
  const hash = await sha256("antiga");
  expect(
    await moveSent(folder, TAKEN, { name: "nota.xml", path: at("nota.xml"), hash }, null),
  ).toBeNull();
  expect(await readFile(at("nota.xml"), "utf8")).toBe("nova");
  const sent = { name: "nota.xml", path: at("nota.xml"), hash: await sha256("nova") };
  await mkdir(at(TAKEN), { recursive: true });
  await writeFile(at(TAKEN, "nota.xml"), "de ontem");
  expect(await moveSent(folder, TAKEN, sent, null)).toBe(at(TAKEN, "nota (2).xml"));
  expect(await readFile(at(TAKEN, "nota.xml"), "utf8")).toBe("de ontem");
  expect(await moveSent(folder, TAKEN, sent, null)).toBeNull();
  expect(await names(TAKEN)).toEqual(["nota (2).xml", "nota.xml"]);
});

test("reasons and folders of a watch are read by those who read the document and the watched folder", () =>
  withApp(async (app) => {
    await chmod(folder, 0o755);
    await put("ruim.xml", "<x>");
    await chmod(at("ruim.xml"), 0o644);
    await ofApp(app);
    const mode = async (...parts: string[]) => (await stat(at(...parts))).mode & 0o777;
    expect([await mode("recusadas"), await mode("recusadas", "ruim.xml.motivo.txt")]).toEqual([
      0o755, 0o644,
    ]);
  }));

test("a document at which the service fails keeps no other one, and stays for later", () =>
  withApp(async (app) => {
    const good = fetchOf(app);
    for (const seed of [20, 21]) await put(`${seed}.xml`, xml(seed));
    await put("veneno.xml", xml(22));
    const { tally, lines } = await watching(
      async (request) => {
        if (request.method !== "POST") return good(request);
        const form = await request.clone().formData();
        const poison = form
          .getAll("files")
          .some((file) => typeof file !== "string" && file.name === "veneno.xml");
        return poison
          ? Response.json({ code: "internal", detail: "falha interna" }, { status: 500 })
          : good(request);
      },
      {},
      app.tokenOf("OPERADOR"),
    );
    expect(tally).toEqual({ taken: 2, refused: 0, left: 1 });
    expect(await names()).toEqual(["importadas", "veneno.xml"]);
    expect(lines.find(({ event }) => event === "later")?.file).toBe("veneno.xml");
  }));

test("a watch waits while the service is away, goes on when it is back, and ends by its signal", () =>
  withApp(async (app) => {
    const good = fetchOf(app);
    let away = 7;
    await put("nota.xml", xml(30));
    const stop = new AbortController();
    const lines: WatchLine[] = [];
    const open = async () =>
      serviceClient({
        base: "http://sge.localhost",
        token: app.tokenOf("OPERADOR"),
        firstWaitMs: 0,
        signal: stop.signal,
        fetch: async (request) => {
          away -= 1;
          if (away >= 0) throw new TypeError("connection refused");
          return good(request);
        },
      });
    const options = {
      ...QUICK,
      once: false,
      signal: stop.signal,
      offlineMs: { first: 5, most: 10 },
    };
    await watchFolder(folder, open, options, (line) => {
      lines.push(line);
      if (line.event === "taken") stop.abort();
    });
    expect(lines.map(({ event }) => event)).toEqual([
      "offline",
      "online",
      "watching",
      "taken",
      "stopped",
    ]);
    expect(await names("importadas")).toEqual(["nota.xml"]);
  }));

test("a token that expires under a watch is replaced by a new one", () =>
  withApp(async (app) => {
    const good = fetchOf(app);
    let opened = 0;
    let posts = 0;
    await put("nota.xml", xml(32));
    const open = async () => {
      opened += 1;
      return serviceClient({
        base: "http://sge.localhost",
        token: app.tokenOf("OPERADOR"),
        firstWaitMs: 0,
        fetch: async (request) => {
          if (request.method === "POST" && posts++ === 0)
            return Response.json(
              { code: "auth.invalid_token", detail: "vencido" },
              { status: 401 },
            );
          return good(request);
        },
      });
    };
    const signal = new AbortController().signal;
    const tally = await watchFolder(folder, open, { ...QUICK, signal }, () => undefined);
    expect([opened, tally.taken]).toEqual([2, 1]);
  }));

test("a watch whose credential is refused ends, and leaves the files where they are", async () => {
  await put("nota.xml", xml(31));
  const shut = async () =>
    Response.json({ code: "auth.invalid_token", detail: "inválido" }, { status: 401 });
  await expect(watching(shut)).rejects.toThrow("inválido");
  expect(await names()).toEqual(["nota.xml"]);
  await expect(
    watchFolder(
      at("nada"),
      () => Promise.reject(new Error()),
      { ...QUICK, signal: new AbortController().signal },
      () => undefined,
    ),
  ).rejects.toThrow("Não é uma pasta");
});
