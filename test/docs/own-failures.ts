import { tableOf } from "./page-tables.ts";

const PATH = "src/http/own-failures.ts";

/** The module that says which failures each route has of its own: made of the page docs/api.md, which people keep. */
export async function ownFailuresModule(): Promise<string> {
  const page = await Bun.file("docs/api.md").text();
  const findings = tableOf(page, "finding").flatMap(([cell = ""]) => cell.match(/[a-z_]+/g) ?? []);
  const rows = tableOf(page, "route").map(([route = "", , , , failures = ""]) => ({
    route: route.replaceAll("`", ""),
    codes:
      failures.match(/`[a-z_]+(?:\.[a-z_]+)?`/g)?.map((code) => code.replaceAll("`", "")) ?? [],
  }));
  const lines = rows
    .filter(({ codes }) => codes.length > 0)
    .map(({ route, codes }) => `  "${route}": "${[...new Set(codes)].join(" ")}",`);
  const holds = tableOf(await Bun.file("docs/pendencias.md").text(), "código").map(
    ([code = "", , advice = "", overridable = ""]) =>
      `  ${code.replaceAll("`", "")}: { advice: ${JSON.stringify(advice)}, overridable: ${overridable === "sim"} },`,
  );
  const sentences = await Bun.file("src/messages/pt-BR/documents/rules.ts").text();
  const rules = sentences.match(/(?<=^ {2}")[a-z_]+\.[a-z_]+(?=": )/gm) ?? [];
  return `/** Made of docs/api.md and docs/pendencias.md by \`bun test/docs/own-failures.ts\`; test/docs/own-failures.test.ts compares. */
const BY_ROUTE: Readonly<Record<string, string>> = {
${lines.join("\n")}
};

/** The failure codes that a route has beside those of every route, by \`METHOD /path\`. */
export const OWN_FAILURES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(BY_ROUTE).map(([route, codes]) => [route, codes.split(" ")]),
);

/** What to do about each hold, and whether a company may allow to override it. */
export const HOLD_ADVICE: Readonly<
  Record<string, { readonly advice: string; readonly overridable: boolean }>
> = {
${holds.join("\n")}
};

/** The codes of the rules that a note may have. */
export const RULE_CODES: readonly string[] =
  "${rules.join(" ")}".split(
    " ",
  );

/** The codes of findings. */
export const FINDING_CODES: readonly string[] =
  "${[...new Set(findings.filter((code) => code !== "_after_processing"))].join(" ")}".split(
    " ",
  );
`;
}

if (import.meta.main) {
  await Bun.write(PATH, await ownFailuresModule());
  Bun.spawnSync(["bunx", "biome", "check", "--write", PATH]);
}
