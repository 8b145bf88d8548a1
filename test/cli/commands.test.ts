import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchesOf, findFiles } from "../../src/cli/documents/find-files.ts";
import { run } from "../../src/cli/main.ts";
import type { LocalUser } from "../../src/cli/service/connect.ts";
import { type Fetch, type Service, serviceClient } from "../../src/cli/service/service-client.ts";
import { cut, screenOn, table } from "../../src/cli/terminal/screen.ts";
import type { Sink } from "../../src/cli/terminal/sink.ts";
import { grouped } from "../../src/lib/amount.ts";
import { noProgress, testTerminal } from "../support/terminal.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-cli-"));
  await mkdir(join(folder, "notas", "fundo"), { recursive: true });
  await writeFile(join(folder, "notas", "b.xml"), "<b/>");
  await writeFile(join(folder, "notas", "a.XML"), "<a/>");
  await writeFile(join(folder, "notas", "fundo", "c.xml"), "<c/>");
  await writeFile(join(folder, "notas", "danfe.pdf"), "%PDF");
  await writeFile(join(folder, "lote.zip"), "PK");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const here = (...parts: string[]): string => join(folder, ...parts);

/** A terminal that records its output and its CSV, over a service that answers with `fetch`. */
function terminalOver(fetch: Fetch, env: Record<string, string> = {}) {
  const csv: string[] = [];
  const closed: string[] = [];
  const sink: Sink = {
    write: async (bytes) => void csv.push(new TextDecoder().decode(bytes)),
    end: async () => undefined,
    drop: async () => void csv.splice(0),
  };
  const local = async (_: unknown, { email }: LocalUser): Promise<Service> =>
    serviceClient({
      base: "http://sge.localhost",
      where: "aqui",
      token: `local ${email ?? "admin"}`,
      fetch,
      firstWaitMs: 0,
      close: async () => void closed.push("closed"),
    });
  const given = { env, fetch, local, stdout: () => sink, progress: noProgress };
  return { ...testTerminal(given), csv, closed };
}

/** Answers a batch: everything is registered, but names in `refuse`. */
const batches =
  (
    seen: { path: string; files: string[]; authorization: string | null }[],
    refuse: string[] = [],
  ): Fetch =>
  async (request) => {
    const url = new URL(request.url);
    const form = await request.formData();
    const files = form.getAll("files").map((file) => (typeof file === "string" ? "" : file.name));
    seen.push({
      path: url.pathname + url.search,
      files,
      authorization: request.headers.get("authorization"),
    });
    const results = files.map((file) =>
      refuse.includes(file)
        ? { file, outcome: "rejected", code: "nfe.malformed_xml", message: "cortado na linha 1" }
        : { file, outcome: "registered", access_key: "1", status: "PENDENTE" },
    );
    const rejected = results.filter((one) => one.outcome === "rejected").length;
    return Response.json({ summary: { registered: files.length - rejected, rejected }, results });
  };

const problem = (status: number, code: string, detail: string, headers = {}): Response =>
  Response.json({ code, detail }, { status, headers });

test("findFiles searches folders in order, and counts the other files", async () => {
  const { files, others } = await findFiles([here("lote.zip"), here("notas")]);
  expect(files.map((file) => file.path.slice(folder.length + 1))).toEqual([
    "lote.zip",
    "notas/a.XML",
    "notas/b.xml",
    "notas/fundo/c.xml",
  ]);
  expect(others).toBe(1);
  await expect(findFiles([here("nada")])).rejects.toThrow("Não encontrado");
});

test("a request has a limited number of files and bytes, and a ZIP is a request of its own", () => {
  const xml = (path: string, size: number) => ({ path, size, zip: false });
  const zip = { path: "z.zip", size: 99, zip: true };
  const made = batchesOf([xml("a", 6), xml("b", 6), zip, xml("c", 1), xml("d", 1), xml("e", 1)], {
    count: 2,
    bytes: 10,
  });
  expect(made.map((parcel) => parcel.map((file) => file.path))).toEqual([
    ["a"],
    ["z.zip"],
    ["b", "c"],
    ["d", "e"],
  ]);
});

test("import sends every file once, prints the counts, and ends with 0", async () => {
  const seen: { path: string; files: string[]; authorization: string | null }[] = [];
  const { terminal, out, closed } = terminalOver(batches(seen));
  const code = await run(["import", here("notas"), here("lote.zip"), "--approve"], terminal);
  expect(code).toBe(0);
  expect(seen.map((one) => one.path)).toEqual(Array(2).fill("/api/nfe/batch?approve=true"));
  expect(seen.flatMap((one) => one.files).sort()).toEqual(["a.XML", "b.xml", "c.xml", "lote.zip"]);
  expect(seen[0]?.authorization).toBe("Bearer local admin");
  expect(out.join("\n")).toContain("4  registradas");
  expect(out.join("\n")).toContain("1  ignorado");
  expect(closed).toEqual(["closed"]);
});

test("a rejected document is printed with its reason, and the command ends with 1", async () => {
  const { terminal, out } = terminalOver(batches([], ["b.xml"]));
  expect(await run(["import", here("notas")], terminal)).toBe(1);
  expect(out).toContain(`  ${here("notas", "b.xml")}: cortado na linha 1`);
  expect(out.join("\n")).toContain("1  recusado");
});

test("a held note is printed with its holds, and a wrong field with its path", async () => {
  const results = [
    {
      file: "b.xml",
      outcome: "registered",
      message: "NF-e registrada com pendências",
      holds: [{ code: "homologation", message: "nota de teste" }],
    },
    {
      file: "c.xml",
      outcome: "rejected",
      code: "nfe.invalid",
      message: "fora do leiaute",
      errors: [
        { path: "/NFe/det[3]", message: "falta qCom" },
        { path: "/NFe/det[4]", message: "falta qCom" },
      ],
    },
  ];
  const summary = { registered: 1, rejected: 1 };
  const { terminal, out } = terminalOver(() => Response.json({ summary, results }));
  const files = [here("notas", "b.xml"), here("notas", "fundo", "c.xml")];
  expect(await run(["import", ...files], terminal)).toBe(1);
  expect(out).toContain(`  ${files[0]}: nota de teste`);
  expect(out).toContain(`  ${files[1]}: fora do leiaute: /NFe/det[3]: falta qCom (e mais 1)`);
});

test("a refused request rejects each of its files, and the other requests continue", async () => {
  const good = batches([]);
  const { terminal, out } = terminalOver(async (request) => {
    const form = await request.clone().formData();
    const names = form.getAll("files").map((file) => (typeof file === "string" ? "" : file.name));
    return names.includes("lote.zip")
      ? problem(422, "batch.malformed_zip", "O arquivo ZIP está corrompido")
      : good(request);
  });
  expect(await run(["import", here()], terminal)).toBe(1);
  expect(out).toContain(`  ${here("lote.zip")}: O arquivo ZIP está corrompido`);
  expect(out.join("\n")).toContain("3  registradas");
});

test("a request is retried after an overload or a network failure, but not after a 403", async () => {
  let asked = 0;
  const good = batches([]);
  const moody = terminalOver(async (request) => {
    asked += 1;
    if (asked === 1) return problem(503, "overloaded", "cheio", { "retry-after": "0" });
    if (asked === 2) throw new TypeError("connection reset");
    return good(request);
  });
  expect(await run(["import", here("notas", "b.xml")], moody.terminal)).toBe(0);
  expect(asked).toBe(3);
  asked = 0;
  const shut = terminalOver(async () => {
    asked += 1;
    return problem(403, "auth.forbidden", "Seu perfil não permite esta operação");
  });
  expect(await run(["import", here("notas", "b.xml")], shut.terminal)).toBe(4);
  expect([asked, shut.err[0]]).toEqual([1, "Seu perfil não permite esta operação"]);
});

test("import waits for the job that the service makes of a large ZIP, and prints its results", async () => {
  const lines = [{ file: "lote.zip/a.xml", outcome: "registered" }];
  let looks = 0;
  const { terminal, out } = terminalOver((request) => {
    if (request.method === "POST") return Response.json({ job_id: "7" }, { status: 202 });
    looks += 1;
    const state = looks < 2 ? "running" : "done";
    const pagination = { total_pages: 2 };
    return Response.json({ state, summary: { registered: 2 }, results: lines, pagination });
  });
  expect(await run(["import", here("lote.zip"), "--json"], terminal)).toBe(0);
  expect(JSON.parse(out[0] ?? "")).toMatchObject({ summary: { registered: 2 }, rejected: [] });
  expect(looks).toBe(3);
});

test("import --dry-run requests a dry run, and prints that nothing was written", async () => {
  const seen: { path: string; files: string[]; authorization: string | null }[] = [];
  const { terminal, out } = terminalOver(batches(seen));
  expect(await run(["import", here("notas"), "--dry-run", "--no-approve"], terminal)).toBe(0);
  expect(seen[0]?.path).toBe("/api/nfe/batch?approve=false&dry_run=true");
  expect(out[0]).toContain("nada foi gravado");
});

test("--url signs in with the environment's e-mail and password, or uses its token", async () => {
  const seen: { path: string; files: string[]; authorization: string | null }[] = [];
  const good = batches(seen);
  const server: Fetch = async (request) => {
    if (!request.url.endsWith("/api/login")) return good(request);
    expect(await request.json()).toEqual({ email: "ana@exemplo.br", password: "muito secreta" });
    return Response.json({ token: "do login" });
  };
  const url = ["--url", "http://sge.exemplo/"];
  const secret = { SGE_EMAIL: "ana@exemplo.br", SGE_PASSWORD: "muito secreta" };
  const signed = terminalOver(server, secret);
  expect(await run(["import", here("notas", "b.xml"), ...url], signed.terminal)).toBe(0);
  const token = terminalOver(server, { SGE_TOKEN: "uma chave" });
  expect(await run(["import", here("notas", "b.xml"), ...url], token.terminal)).toBe(0);
  expect(seen.map((one) => one.authorization)).toEqual(["Bearer do login", "Bearer uma chave"]);
  const anonymous = terminalOver(server);
  expect(await run(["import", here("notas", "b.xml"), ...url], anonymous.terminal)).toBe(4);
  expect(anonymous.err[0]).toContain("SGE_PASSWORD");
});

test("export streams to the standard output, or to a file that appears only when it is complete", async () => {
  const paths: string[] = [];
  const served: Fetch = (request) => {
    paths.push(request.url.slice("http://sge.localhost".length));
    return new Response("a;b\r\n1;2\r\n");
  };
  const piped = terminalOver(served);
  expect(await run(["export", "stock"], piped.terminal)).toBe(0);
  expect(piped.csv.join("")).toBe("a;b\r\n1;2\r\n");
  const filed = terminalOver(served);
  const args = ["--out", here("mov.csv"), "--dialect", "rfc4180", "--from", "2026-11-01"];
  expect(await run(["export", "movements", ...args], filed.terminal)).toBe(0);
  expect(await readFile(here("mov.csv"), "utf8")).toBe("a;b\r\n1;2\r\n");
  expect(paths).toEqual([
    "/api/export/stock?dialect=br",
    "/api/export/movements?dialect=rfc4180&from=2026-11-01",
  ]);
  const broken = terminalOver(
    () =>
      new Response(
        new ReadableStream({
          start(out) {
            out.enqueue(new TextEncoder().encode("a;b\r\n"));
            out.error(new Error("a conexão caiu"));
          },
        }),
      ),
  );
  expect(await run(["export", "stock", "--out", here("meio.csv")], broken.terminal)).toBe(1);
  expect((await readdir(folder)).filter((name) => name.startsWith("meio"))).toEqual([]);
});

test("a wrong command line prints the help in Portuguese and ends with 2", async () => {
  const nothing: Fetch = () => new Response(null, { status: 500 });
  const wrong: readonly (readonly [string[], string])[] = [
    [["importar"], "Comando desconhecido: importar"],
    [["import"], "Informe o que importar"],
    [["import", "x", "--aprove"], "Opção desconhecida: --aprove"],
    [["import", "x", "--parallel", "99"], "--parallel deve ser de 1 a 8"],
    [["export", "produtos"], "Informe o que exportar"],
    [["export", "stock", "--dialect", "excel"], "--dialect deve ser br ou rfc4180"],
    [["import", "x", "--password", "segredo"], "A senha não vai na linha de comando"],
    [["approve"], "Informe chaves de acesso, ou --job"],
    [["approve", "123"], "Não é uma chave de acesso"],
    [["reverse", "--movement", "3"], "Informe em --reason"],
    [["count", "close", "x", "--reason", "fim do mês"], "--missing"],
    [["users", "add", "a@b.example"], "Informe em --role"],
    [["keys", "add", "caixa", "--role", "CHEFE"], "ADMIN, AGENTE"],
    [["users", "add", "a@b.c", "--role", "AGENTE"], "--role deve ser VISUALIZADOR"],
    [["webhooks", "add", "https://a.example", "--events", "nada"], "Não é um tipo de evento"],
    [["watch"], "Informe que pasta vigiar"],
    [["completion", "csh"], "Informe o shell"],
  ];
  for (const [argv, message] of wrong) {
    const { terminal, err } = terminalOver(nothing);
    expect([argv, await run(argv, terminal)]).toEqual([argv, 2]);
    expect(err[0]).toContain(message);
    expect(err[1]).toContain("Uso: sge");
  }
  for (const argv of [["--help"], ["import", "--help"], ["export", "-h"]]) {
    const { terminal, out } = terminalOver(nothing);
    expect([argv, await run(argv, terminal)]).toEqual([argv, 0]);
    expect(out.join("\n")).toContain("Uso: sge");
  }
});

test("tables are aligned, long texts are cut, and colours are only for terminals", () => {
  const plain = { colours: false };
  const columns = [
    { title: "Nome", most: 6 },
    { title: "Qtd", align: "right" as const },
  ];
  expect(
    table(plain, columns, [
      ["açúcar mascavo", "1"],
      ["sal", "1.000"],
    ]),
  ).toEqual(["Nome      Qtd", "açúca…      1", "sal     1.000"]);
  expect([cut("abc", 3), cut("abcd", 3), grouped(1_234_567), grouped(12)]).toEqual([
    "abc",
    "ab…",
    "1.234.567",
    "12",
  ]);
  const stream = { isTTY: true, columns: 80, write: () => true };
  expect(screenOn(stream, { TERM: "xterm" }).colours).toBe(true);
  expect(screenOn(stream, { TERM: "xterm", NO_COLOR: "1" }).colours).toBe(false);
  expect(screenOn({ ...stream, isTTY: false }, {}).colours).toBe(false);
});
