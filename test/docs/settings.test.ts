import { expect, test } from "bun:test";
import { parseConfig, variables } from "../../src/config.ts";
import { unknownSettings } from "../../src/start/unknown-settings.ts";

/** Any text is right: secrets, names of files, and an address that the system itself looks up. */
const ANY_TEXT = ["DATABASE_AUTH_TOKEN", "DATA_DIR"];

/** A value that is wrong for each setting; numbers and lists of words are wrong as `?`. */
const WRONG: Readonly<Record<string, string>> = {
  ADMIN_PASSWORD: "curta",
  COMPANY_CNPJ: "11222333000181,123",
  COMPANY_NAME: " ",
  CORS_ORIGINS: "https://loja.example,https://loja.example/painel",
  DATABASE_URL: "postgres://localhost/sge",
  HOST: "http://127.0.0.1",
  JWT_SECRET: "curto",
  MAIL_AUTHORITIES: "mx.loja.example,https://mx.loja.example",
  MAIL_SECRET: "curto",
  METRICS_TOKEN: "com espaço no meio",
  OTEL_EXPORTER_OTLP_HEADERS: "authorization",
  SEFAZ_URLS: "distribution=http://localhost",
  SMTP_FROM: "sem arroba",
  SMTP_URL: "https://mail.example.com",
  TRUSTED_PROXIES: "127.0.0.1,proxy.example",
  WEBHOOKS_ALLOW_PRIVATE: "sim",
};

test("a wrong value of any setting is refused, and the setting is named", () => {
  for (const { name } of variables) {
    if (ANY_TEXT.includes(name)) continue;
    const said = (() => {
      try {
        parseConfig({ [name]: WRONG[name] ?? "?" });
        return "it was taken";
      } catch (error) {
        return error instanceof Error ? error.message : "";
      }
    })();
    expect([name, said]).toEqual([name, expect.stringContaining(`at ${name}`)]);
  }
});

test("the CNPJ of the first company is refused by its check digits, and named among other errors", () => {
  const wrong = () => parseConfig({ COMPANY_CNPJ: "123,11.222.333/0001-99", PORT: "?" });
  expect(wrong).toThrow(/PORT/);
  expect(wrong).toThrow(/123 não é um CNPJ: confira os dígitos verificadores/);
  expect(wrong).toThrow(/11\.222\.333\/0001-99 não é um CNPJ/);
  for (const right of ["", "11.222.333/0001-81", "12abc34501de35, 11222333000181"])
    expect(() => parseConfig({ COMPANY_CNPJ: right })).not.toThrow();
});

const NEAR: readonly (readonly [string, string | null])[] = [
  ["METRIC_TOKEN", "METRICS_TOKEN"],
  ["RATE_LIMIT_PER_SEC", "RATE_LIMIT_PER_SECOND"],
  ["DATABASE_URI", "DATABASE_URL"],
  ["COMPANY_CNPJS", "COMPANY_CNPJ"],
  ["JWT_SECRETS", "JWT_SECRET"],
  ["jwt_secret", "JWT_SECRET"],
  ["SHUTDOWN_TIMEOUT", "SHUTDOWN_TIMEOUT_MS"],
  ["MAIL_USER", null],
  ["CORS_ORIGIN", "CORS_ORIGINS"],
];
test("an unknown name that is near to a setting, or has a prefix of ours, is reported with that setting", () => {
  for (const [name, meant] of NEAR)
    expect(unknownSettings({ [name]: "x", PATH: "/bin" })).toEqual([{ name, meant }]);
});

test("a name of another program, a setting or a name of the command line is not reported", () => {
  const others = ["PATH", "HOSTNAME", "HOST_NAME", "JOB_NAME", "COMMIT_SHA", "CACHE_DIR", "ADMIN"];
  const ours = [...variables.map(({ name }) => name), "SGE_EMAIL", "SGE_PASSWORD", "SGE_TOKEN"];
  const env = Object.fromEntries(
    [...others, "DATABASE_HOST", "PORTS", ...ours].map((n) => [n, "x"]),
  );
  expect(unknownSettings(env)).toEqual([]);
});
