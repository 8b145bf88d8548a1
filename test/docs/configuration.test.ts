import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseConfig, variables } from "../../src/config.ts";

const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const defaults = new Map<string, unknown>(Object.entries(parseConfig({})));

/** APP_ENV follows HOST, and the others follow APP_ENV: they have no default of their own. */
const FOLLOWING = ["APP_ENV", "MAIL_ALLOW_PRIVATE", "WEBHOOKS_ALLOW_PRIVATE"];
const shown = (name: string) => {
  const value = FOLLOWING.includes(name) ? undefined : defaults.get(name);
  return value === undefined ? "" : Array.isArray(value) ? value.join(",") : String(value);
};

test("the table of docs/configuration.md has every variable with its default and its meaning, and no other", () => {
  const rows = [
    ...file("docs/configuration.md").matchAll(/^\| `([A-Z_]+)` \| (.*?) \| (.*) \|$/gm),
  ].map((m) => [m[1], m[2], m[3]]);
  expect(rows).toEqual(variables.map(({ name, meaning }) => [name, shown(name), meaning]));
});

test(".env.example has every variable with its default, and no other", () => {
  const lines = [...file(".env.example").matchAll(/^#([A-Z_]+)=(.*)$/gm)].map((m) => [m[1], m[2]]);
  expect(lines).toEqual(variables.map(({ name }) => [name ?? "", shown(name)]));
});

test("production requires a secret, and a host that is not loopback means production", () => {
  expect(() => parseConfig({ APP_ENV: "production" })).toThrow(/JWT_SECRET/);
  expect(() => parseConfig({ HOST: "0.0.0.0" })).toThrow(/JWT_SECRET/);
  expect(parseConfig({ HOST: "0.0.0.0", APP_ENV: "development" }).APP_ENV).toBe("development");
  expect(parseConfig({ HOST: "127.0.0.1" }).APP_ENV).toBe("development");
});

test("a server for mails requires their sender", () => {
  const SMTP_URL = "smtps://sge:senha@mail.example.com";
  expect(() => parseConfig({ SMTP_URL })).toThrow(/SMTP_FROM/);
  const from = "S.G.E. <avisos@example.com>";
  expect(parseConfig({ SMTP_URL, SMTP_FROM: from }).SMTP_FROM).toBe(from);
});

test("a wrong configuration reports all of its errors at once", () => {
  expect(() => parseConfig({ PORT: "abc", JWT_SECRET: "curto" })).toThrow(
    /PORT[\s\S]*JWT_SECRET|JWT_SECRET[\s\S]*PORT/,
  );
});
