import { expect, test } from "bun:test";
import type { Role } from "../../src/accounts/roles.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { appTerminal, runCommandLine } from "../support/terminal.ts";

const sgeOf =
  (app: TestApp, as: Role) =>
  async (...argv: readonly string[]) => {
    const ran = await runCommandLine(argv, appTerminal(app, as));
    return { ...ran, text: ran.out.join("\n") };
  };

test("sge statement asks for statements about notes, says why one is refused, and lists them", () =>
  withApp(async (app) => {
    const [one, two] = [syntheticNote({ seed: 1 }), syntheticNote({ seed: 2 })];
    for (const { xml } of [one, two]) await app.upload(xml);
    const sge = sgeOf(app, "GERENTE");
    expect((await sge("statement", "list")).text).toBe("Nenhuma manifestação.");
    const both = await sge("statement", "ciencia", one.accessKey, two.accessKey);
    expect([both.code, both.out.length]).toEqual([0, 2]);
    expect(both.text).toContain("Ciência da operação: espera o envio");
    const missing = await sge("statement", "nao-realizada", one.accessKey, "--json");
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.text).results).toMatchObject([
      { outcome: "refused", code: "sefaz.statement_reason", flaw: "missing" },
    ]);
    const reason = "Mercadoria recusada na entrega";
    const asked = ["statement", "nao-realizada", one.accessKey, "--reason", reason] as const;
    expect((await sge(...asked)).text).toContain("Operação não realizada: espera o envio");
    const listed = JSON.parse((await sge("statement", "list", "--json")).text).data;
    expect(listed.map(({ type }: { type: string }) => type)).toEqual([
      "210240",
      "210210",
      "210210",
    ]);
    expect((await sge("statement", "list")).text).toContain("Operação não realizada");
  }));

test("sge statement without a word or a key says how it is used", () =>
  withApp(async (app) => {
    const sge = sgeOf(app, "OPERADOR");
    for (const argv of [[], ["ciencia"], ["outra", "1".repeat(44)], ["list", "1".repeat(44)]])
      expect((await sge("statement", ...argv)).code).toBe(2);
    const refused = await sge("statement", "confirmacao", syntheticNote({ seed: 1 }).accessKey);
    // The role may not.
    expect(refused.code).toBe(4);
  }));
