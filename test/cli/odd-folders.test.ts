import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFiles } from "../../src/cli/documents/find-files.ts";
import { serviceClient } from "../../src/cli/service/service-client.ts";
import { noProgress, runCommandLine } from "../support/terminal.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sge-odd-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const here = (...parts: string[]): string => join(folder, ...parts);

/** `sge import PATH` over a service that registers every document. */
async function importing(path: string) {
  const sent: string[] = [];
  const answer = async (request: Request) => {
    const files = (await request.formData()).getAll("files");
    const names = files.map((file) => (typeof file === "string" ? "" : file.name));
    sent.push(...names);
    const results = names.map((file) => ({ file, outcome: "registered" }));
    return Response.json({ summary: { registered: names.length }, results });
  };
  const result = await runCommandLine(["import", path], {
    local: async () => serviceClient({ base: "http://sge.localhost", token: "t", fetch: answer }),
    progress: noProgress,
  });
  return { ...result, sent };
}

/** A folder with links, loops, pipes and other files that are no documents. `locked` is unreadable only for users other than root. */
async function oddFolder(name: string): Promise<string> {
  const odd = here(name);
  await mkdir(join(odd, "fundo"), { recursive: true });
  await writeFile(join(odd, "boa.xml"), "<b/>");
  await writeFile(join(odd, "fundo", "outra.xml"), "<c/>");
  await writeFile(
    Buffer.concat([Buffer.from(`${odd}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".xml")]),
    "<d/>",
  );
  await symlink(odd, join(odd, "fundo", "volta"));
  await symlink("si-mesmo.xml", join(odd, "si-mesmo.xml"));
  await symlink("/etc/passwd", join(odd, "senhas.xml"));
  await Bun.$`mkfifo ${join(odd, "cano.xml")}`.quiet();
  return odd;
}

test("a link, a loop, a pipe and a name that is not UTF-8 are reported, and the other files are imported", async () => {
  const odd = await oddFolder("estranha");
  const { files, skipped } = await findFiles([odd]);
  expect(files.map(({ path }) => path)).toEqual([
    join(odd, "boa.xml"),
    join(odd, "fundo", "outra.xml"),
  ]);
  const reported = Object.fromEntries(
    skipped.map(({ path, why, refused }) => [path.slice(odd.length + 1), [why, refused]]),
  );
  const link = ["É um link simbólico, e não foi seguido", false];
  expect(reported).toEqual({
    "fundo/volta": link,
    "si-mesmo.xml": link,
    "senhas.xml": link,
    "cano.xml": ["Não é um arquivo comum", true],
    "\uFFFD\uFFFD.xml": ["O nome não está em UTF-8: renomeie e importe de novo", true],
  });
  const { code, err, sent } = await importing(odd);
  expect([code, sent]).toEqual([1, ["boa.xml", "outra.xml"]]);
  for (const why of new Set(skipped.map((one) => one.why))) expect(err).toContain(why);
});

test("an argument that is a pipe, a device or a loop of links is reported, and the others are imported", async () => {
  const odd = await oddFolder("nomeada");
  const named = [
    join(odd, "si-mesmo.xml"),
    join(odd, "cano.xml"),
    "/dev/zero",
    join(odd, "boa.xml"),
  ];
  const { files, skipped } = await findFiles(named);
  expect(files.map(({ path }) => path)).toEqual([join(odd, "boa.xml")]);
  expect(skipped.map(({ path, refused }) => [path, refused])).toEqual(
    named.slice(0, 3).map((path) => [path, true]),
  );
});

test("a folder and a file without permission are reported, and the other files are imported", async () => {
  const odd = await oddFolder("fechada");
  await chmod(join(odd, "boa.xml"), 0);
  await chmod(join(odd, "fundo"), 0);
  await writeFile(join(odd, "livre.xml"), "<e/>");
  for (let path = odd; path !== tmpdir(); path = join(path, "..")) await chmod(path, 0o755);
  const script = `
    const { findFiles } = await import(${JSON.stringify(new URL("../../src/cli/documents/find-files.ts", import.meta.url).href)});
    if (process.getuid() === 0) process.setuid(65534);
    console.log(JSON.stringify(await findFiles([${JSON.stringify(odd)}])));`;
  const child = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe", cwd: tmpdir() });
  const said: Awaited<ReturnType<typeof findFiles>> = JSON.parse(await child.stdout.text());
  await chmod(join(odd, "fundo"), 0o755);
  expect(said.files.map(({ path }) => path)).toEqual([join(odd, "livre.xml")]);
  const reported = said.skipped.map(({ path, why }) => [path.slice(odd.length + 1), why]);
  expect(reported).toContainEqual(["boa.xml", "Sem permissão para ler este arquivo"]);
  expect(reported).toContainEqual(["fundo", "Sem permissão para ler esta pasta"]);
});
