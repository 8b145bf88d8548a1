import { expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Role } from "../../src/accounts/roles.ts";
import { type Fetch, serviceClient } from "../../src/cli/service/service-client.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { runJobs } from "../support/run-jobs.ts";
import { appTerminal, runCommandLine } from "../support/terminal.ts";

/** Runs `sge` as a role, and reads its JSON where that is asked for. */
const sgeOf =
  (app: TestApp, as: Role = "ADMIN", input = "") =>
  async (...argv: readonly string[]) => {
    const ran = await runCommandLine(argv, appTerminal(app, as, { input: async () => input }));
    const text = ran.out.join("\n");
    const document = argv.includes("--json") && text !== "" ? JSON.parse(text) : null;
    return { ...ran, text, document };
  };

/** The keys of notes that wait without a hold. */
async function uploaded(app: TestApp, ...seeds: readonly number[]): Promise<string[]> {
  const keys: string[] = [];
  for (const seed of seeds) {
    const { body } = await app.upload(syntheticNote({ seed }).xml, "?approve=false");
    keys.push(body.access_key);
  }
  return keys;
}

test("sge approve approves one note or many, twice with the same effect, and a dry run writes nothing", () =>
  withApp(async (app) => {
    const keys = await uploaded(app, 1, 2, 3);
    const [one = ""] = keys;
    const sge = sgeOf(app, "OPERADOR", keys.join("\n"));
    const plan = await sge("approve", one, "--dry-run", "--json");
    expect([plan.code, plan.document.dry_run]).toEqual([0, true]);
    expect(plan.document.results[0].items.length).toBeGreaterThan(0);
    expect((await sge("approve", one, "--dry-run")).text).toContain("nada foi gravado");
    const status = await sge("status", one, "--json");
    expect(status.document.data[0]).toMatchObject({ access_key: one, status: "PENDENTE" });
    expect((await sge("approve", one)).text).toContain("1 nota aprovada");
    const all = await sge("approve", "-", "--json");
    expect([all.code, all.document.summary]).toEqual([
      0,
      { approved: 2, already_processed: 1, refused: 0 },
    ]);
  }));

test("sge approve names each refused note and ends with 1, and --override needs the right", () =>
  withApp(async (app) => {
    const { xml } = syntheticNote({ seed: 4 });
    const held = xml.replace("<tpAmb>1</tpAmb>", "<tpAmb>2</tpAmb>");
    const { body } = await app.upload(held, "?approve=false");
    const key: string = body.access_key;
    const sge = sgeOf(app, "OPERADOR");
    const refused = await sge("approve", key, "9".repeat(44), "--json");
    expect([refused.code, refused.document.summary.refused]).toEqual([1, 2]);
    expect(refused.document.results[0].code).toBe("nfe.held");
    expect((await sge("status", key)).text).toContain("pendência homologation");
    const denied = await sge("approve", key, "--override", "homologation", "--json");
    expect([denied.code, denied.out]).toEqual([4, []]);
    expect(JSON.parse(denied.err)).toMatchObject({ error: { exit: 4, code: "auth.forbidden" } });
    expect((await sge("approve", key, "--override", "tudo")).code).toBe(2);
  }));

test("sge approve --job approves the notes of a job that have no hold, and sge status shows the job", () =>
  withApp(async (app) => {
    const form = new FormData();
    for (const seed of [5, 6])
      form.append("files", new Blob([syntheticNote({ seed }).xml]), `${seed}.xml`);
    const { body } = await app.send("POST", "/api/nfe/batch?async=true&approve=false", {
      body: form,
    });
    await runJobs(app.ports);
    const sge = sgeOf(app);
    const job = await sge("status", body.job_id, "--json");
    expect(job.document.data[0]).toMatchObject({ state: "done", total: 2 });
    const planned = await sge("approve", "--job", body.job_id, "--dry-run", "--json");
    expect(planned.document.results).toHaveLength(2);
    const done = await sge("approve", "--job", body.job_id, "--json");
    expect(done.document.summary.approved).toBe(2);
  }));

test("sge reverse shows the movements before, reverses a note, and says why it refuses one", () =>
  withApp(async (app) => {
    const [key = ""] = await uploaded(app, 7);
    const sge = sgeOf(app);
    const early = await sge("reverse", key, "--reason", "veio errada", "--json");
    expect([early.code, early.document.results[0].code]).toEqual([1, "nfe.final"]);
    await sge("approve", key);
    const plan = await sge("reverse", key, "--reason", "veio errada", "--dry-run");
    expect([plan.code, plan.text]).toEqual([0, expect.stringContaining("Saldo depois")]);
    expect((await sge("reverse", key, "--reason", "veio errada")).text).toContain("Nota estornada");
    const status = await sge("status", key, "--json");
    expect(status.document.data[0].status).toBe("ESTORNADA");
  }));

test("sge danfe writes the PDF of each note, and names the keys that have none", () =>
  withApp(async (app) => {
    const folder = await mkdtemp(join(tmpdir(), "sge-danfe-"));
    try {
      const [key = ""] = await uploaded(app, 8);
      const ran = await sgeOf(app, "VISUALIZADOR")(
        "danfe",
        key,
        "9".repeat(44),
        "--out",
        folder,
        "--json",
      );
      expect([ran.code, ran.document.data[1].code]).toEqual([1, "nfe.not_found"]);
      expect((await readFile(join(folder, `${key}.pdf`), "latin1")).slice(0, 5)).toBe("%PDF-");
      expect(await readdir(folder)).toEqual([`${key}.pdf`]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }));

test("sge count opens, adds a file once however often it is sent, reviews and closes", () =>
  withApp(async (app) => {
    const folder = await mkdtemp(join(tmpdir(), "sge-count-"));
    try {
      const product = { code: "P-1", name: "Café", unit: "UN" };
      expect((await app.send("POST", "/api/products", { json: product })).status).toBe(201);
      const path = join(folder, "contado.csv");
      await writeFile(path, "código;quantidade;lote\r\nP-1;1.012,5;\r\nNADA;1;\r\n");
      const sge = sgeOf(app);
      const id = (await sge("count", "open", "Novembro")).text;
      const added = await sge("count", "add", id, "--file", path, "--json");
      expect([added.code, added.document.written, added.document.aside]).toEqual([1, 2, 1]);
      const again = await sge("count", "add", id, "--file", path, "--json");
      expect(again.document.repeated).toBe(2);
      expect((await sge("count", "add", id, "P-1=2", "P-1=0,5")).text).toContain("2 linhas");
      const review = await sge("count", "review", id);
      expect(review.text).toContain("+1.015");
      const close = ["count", "close", id, "--missing", "keep", "--reason", "fim do mês"];
      expect((await sge(...close, "--dry-run")).text).toContain("nada foi gravado");
      expect((await sge(...close, "--json")).document.state).toBe("closed");
      const stock = await app.send("GET", "/api/stock/P-1");
      expect(stock.body.quantity).toBe(1015);
      expect((await sge("count", "list", "--json")).document.data[0].state).toBe("closed");
      const doubtful = await sge("count", "add", id, "P-1=1.250");
      expect([doubtful.code, doubtful.err]).toEqual([2, expect.stringContaining("P-1=1.250")]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }));

test("sge users invites, changes and removes a person, and only an administrator may", () =>
  withApp(async (app) => {
    const sge = sgeOf(app);
    const added = await sge(
      "users",
      "add",
      "Ana@Loja.example",
      "--role",
      "operador",
      "--name",
      "Ana",
    );
    expect([added.code, added.out.length, added.err]).toEqual([
      0,
      1,
      expect.stringContaining("convidado como OPERADOR"),
    ]);
    const invite = await sge("users", "invite", "ana@loja.example", "--json");
    expect(invite.document.invite.token).toBeString();
    const changed = await sge("users", "change", "ana@loja.example", "--role", "GERENTE", "--json");
    expect(changed.document.role).toBe("GERENTE");
    expect((await sge("users", "remove", "ana@loja.example")).code).toBe(0);
    const listed = await sge("users", "list", "--json");
    const ana = listed.document.data.find(({ email }: { email: string }) =>
      email.startsWith("ana@"),
    );
    expect(ana.active).toBe(false);
    expect((await sge("users", "remove", "ninguem@loja.example")).code).toBe(1);
    expect((await sgeOf(app, "GERENTE")("users", "list")).code).toBe(4);
  }));

test("sge keys makes a key that works, lists it without the secret, and revokes it", () =>
  withApp(async (app) => {
    const sge = sgeOf(app);
    const made = await sge("keys", "add", "caixa", "--role", "VISUALIZADOR");
    expect(made.out).toHaveLength(1);
    const key = made.text;
    const env = { SGE_URL: "http://sge.localhost", SGE_TOKEN: key };
    const status = () => runCommandLine(["status", "--json"], appTerminal(app, "ADMIN", { env }));
    const seen = JSON.parse((await status()).out[0] ?? "");
    expect(seen).toMatchObject({ user: { role: "VISUALIZADOR" }, waiting_notes: 0 });
    const listed = await sge("keys", "list", "--json");
    expect(JSON.stringify(listed.document)).not.toContain(key);
    expect((await sge("keys", "revoke", listed.document.data[0].prefix)).code).toBe(0);
    expect((await status()).code).toBe(4);
  }));

test("sge webhooks makes and removes a webhook, and prints its secret alone", () =>
  withApp(async (app) => {
    const sge = sgeOf(app);
    const made = await sge(
      "webhooks",
      "add",
      "https://erp.example/sge",
      "--events",
      "nfe.processed",
    );
    expect([made.code, made.text]).toEqual([0, expect.stringMatching(/^whsec_/)]);
    const listed = await sge("webhooks", "list", "--json");
    expect(listed.document.data[0].events).toEqual(["nfe.processed"]);
    expect((await sge("webhooks", "remove", listed.document.data[0].id)).code).toBe(0);
    expect((await sge("webhooks", "list", "--json")).document.data).toEqual([]);
  }));

test("a POST is sent with one Idempotency-Key for all of its attempts, so that a lost answer is no second key", () =>
  withApp(async (app) => {
    const base = appTerminal(app, "ADMIN");
    const seen: (string | null)[] = [];
    let lost = 1;
    const fetch: Fetch = async (request) => {
      const answer = await base.fetch?.(new Request(request));
      if (request.method === "POST") seen.push(request.headers.get("idempotency-key"));
      if (request.method === "POST" && lost-- > 0) throw new TypeError("a conexão caiu");
      return answer ?? Response.error();
    };
    const argv = ["users", "add", "bia@loja.example", "--role", "OPERADOR", "--json"];
    await runCommandLine(argv, { ...base, fetch });
    expect(new Set(seen).size).toBe(1);
    expect([seen.length, seen[0]]).toEqual([2, expect.any(String)]);
    const rows = await app.rows("select count(*) as n from users where email = 'bia@loja.example'");
    expect(rows[0]?.n).toBe(1);
  }));

test("a command ends with 3 where no service answers, and with 4 where it takes no credential", () =>
  withApp(async (app) => {
    const busy = async () =>
      Response.json(
        { code: "overloaded", detail: "cheio" },
        { status: 503, headers: { "retry-after": "0" } },
      );
    const away = await runCommandLine(["status", "--json"], {
      ...appTerminal(app, "ADMIN"),
      fetch: busy,
    });
    expect([away.code, JSON.parse(away.err).error.message]).toEqual([3, "cheio"]);
    const env = { SGE_URL: "http://sge.localhost", SGE_TOKEN: "nada" };
    expect((await runCommandLine(["status"], appTerminal(app, "ADMIN", { env }))).code).toBe(4);
    const missing = { SGE_URL: "http://sge.localhost", SGE_TOKEN_FILE: "/nao/ha" };
    expect((await runCommandLine(["status"], { env: missing })).code).toBe(4);
  }));

test("a command that is interrupted ends with 130, and a service that answers too late counts as gone", () =>
  withApp(async (app) => {
    const interrupted = () => AbortSignal.abort();
    const stopped = await runCommandLine(["status"], appTerminal(app, "ADMIN", { interrupted }));
    expect([stopped.code, stopped.err]).toEqual([130, "Interrompido"]);
    const never: Fetch = (request) =>
      new Promise((_, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason)),
      );
    const base = "http://sge.localhost";
    const late = serviceClient({
      base,
      token: null,
      fetch: never,
      firstWaitMs: 0,
      answerWithinMs: 5,
    });
    await expect(late.ask("/api/health")).rejects.toThrow("sem resposta em 0.005 s");
  }));

test("a credential comes from the environment, from a file or from a terminal, and never from the command line", () =>
  withApp(async (app) => {
    const folder = await mkdtemp(join(tmpdir(), "sge-secret-"));
    try {
      const token = app.tokenOf("GERENTE");
      await writeFile(join(folder, "chave"), `${token}\n`);
      const SGE_URL = "http://sge.localhost";
      const asking = (env: Record<string, string>, given = {}, argv: string[] = []) =>
        runCommandLine(["status", "--json", ...argv], appTerminal(app, "ADMIN", { env, ...given }));
      const filed = await asking({ SGE_URL, SGE_TOKEN_FILE: join(folder, "chave") });
      expect(JSON.parse(filed.out[0] ?? "").user.role).toBe("GERENTE");
      const sent: unknown[] = [];
      const login = async (request: Request) => {
        if (!request.url.endsWith("/api/login")) return Response.error();
        sent.push(await request.json());
        return Response.json({ token });
      };
      const typed = { fetch: login, asksPerson: true, secret: async () => "digitada" };
      await asking({ SGE_URL }, typed, ["--email", "ana@loja.example"]);
      await writeFile(join(folder, "senha"), "guardada\r\n");
      const SGE_PASSWORD_FILE = join(folder, "senha");
      await asking({ SGE_URL, SGE_PASSWORD_FILE }, { fetch: login }, [
        "--email",
        "ana@loja.example",
      ]);
      expect(sent).toEqual(
        ["digitada", "guardada"].map((password) => ({ email: "ana@loja.example", password })),
      );
      expect((await asking({ SGE_URL }, {}, ["--email", "ana@loja.example"])).code).toBe(4);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }));
