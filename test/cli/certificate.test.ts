import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Terminal } from "../../src/cli/service/with-connection.ts";
import { withApp } from "../support/app.ts";
import { somePfx } from "../support/sefaz/some-pfx.ts";
import { appTerminal, runCommandLine } from "../support/terminal.ts";

test("sge certificate keeps a file with the password that it asks for, lists it without that, and removes it", () =>
  withApp(async (app) => {
    const folder = await mkdtemp(join(tmpdir(), "sge-certificate-"));
    const path = join(folder, "loja.pfx");
    await writeFile(path, somePfx({ passphrase: "perguntada" }));
    const asks = (secret: string) => ({ secret: async () => secret });
    const sge = (terminal: Partial<Terminal>, ...argv: string[]) =>
      runCommandLine(["certificate", ...argv], { ...appTerminal(app, "ADMIN"), ...terminal });
    const wrong = await sge(asks("outra"), "add", path);
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining("não é esta")]);
    const made = await sge(asks("perguntada"), "add", path);
    expect([made.code, made.all]).toEqual([0, expect.stringContaining("LOJA DE TESTE LTDA")]);
    const listed = await sge({}, "list", "--json");
    const [{ id, state }] = JSON.parse(listed.out.join("")).data;
    expect([state, listed.all.includes("perguntada")]).toEqual(["valid", false]);
    expect((await sge({}, "remove", id.slice(0, 12))).code).toBe(0);
    expect((await sge({}, "remove", id.slice(0, 12))).code).toBe(1);
    expect((await sge(asks(""), "add", join(folder, "nada.pfx"))).err).toContain(
      "não pode ser lido",
    );
    await rm(folder, { recursive: true });
  }));
