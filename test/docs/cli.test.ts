import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { COMMAND_TABLE, help } from "../../src/cli/commands.ts";
import { completionScript, SHELLS } from "../../src/cli/completion/scripts.ts";
import { EXIT_CODES } from "../../src/cli/terminal/exit-codes.ts";
import { withCommands } from "./cli-page.ts";

const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const names = [...COMMAND_TABLE.keys()];

test("docs/cli.md has every command with its words and options; `bun test/docs/cli-page.ts` writes them", () => {
  expect(withCommands(page)).toBe(page);
});

test("docs/cli.md has the document of every command that takes --json, and no other", () => {
  const [, json = ""] = page.split("## JSON");
  const described = [...json.matchAll(/^\| `sge (\w+)` \|/gm)].map(([, name]) => name);
  const taking = names.filter((name) => "json" in (COMMAND_TABLE.get(name)?.args ?? {}));
  expect(described.toSorted()).toEqual(taking.toSorted());
});

test("docs/cli.md and the help of the program have every exit code", () => {
  const [, codes = ""] = page.split("## Exit codes");
  const described = [...codes.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(described).toEqual(Object.values(EXIT_CODES).map(([code]) => code));
  for (const [code, meaning] of Object.values(EXIT_CODES))
    expect(help("sge")).toMatch(new RegExp(`^  ${code} +${meaning.slice(0, 12)}`, "m"));
});

test("the usage of a command names its words, and the program's help every command", () => {
  for (const [name, { words = {}, usage }] of COMMAND_TABLE) {
    expect(help("sge")).toContain(`\n  ${name} `);
    for (const word of Object.keys(words))
      expect([usage, usage.includes(word)]).toEqual([usage, true]);
  }
});

test("the completion of each shell has every command, word and option", () => {
  for (const shell of SHELLS) {
    const script = completionScript(shell, COMMAND_TABLE);
    const flag = (name: string) => (shell === "fish" ? `-l ${name} ` : `--${name}`);
    for (const [name, { words = {}, args }] of COMMAND_TABLE)
      for (const wanted of [name, ...Object.keys(words), ...Object.keys(args).map(flag)])
        expect([shell, wanted, script.includes(wanted)]).toEqual([shell, wanted, true]);
  }
});

test("bash takes its completion, and completes commands, words, options and their values", () => {
  const script = completionScript("bash", COMMAND_TABLE);
  const complete = (...typed: string[]) => {
    const asks = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sge; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = Bun.spawnSync(["bash", "-c", `${script}\n${asks}`, "bash", ...typed]);
    expect(ran.stderr.toString()).toBe("");
    return ran.stdout.toString().trim().split("\n");
  };
  expect(complete("sge", "app")).toEqual(["approve"]);
  expect(complete("sge", "count", "c")).toEqual(["close", "cancel"]);
  expect(complete("sge", "approve", "--d")).toEqual(["--dry-run"]);
  expect(complete("sge", "users", "add", "--role", "GER")).toEqual(["GERENTE"]);
  expect(complete("sge", "import", "READ")).toEqual(["README.md"]);
});
