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
  return `/** Made of docs/api.md by \`bun test/docs/own-failures.ts\`; test/docs/own-failures.test.ts compares. */
const BY_ROUTE: Readonly<Record<string, string>> = {
${lines.join("\n")}
};

/** The failure codes that a route has beside those of every route, by \`METHOD /path\`. */
export const OWN_FAILURES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(BY_ROUTE).map(([route, codes]) => [route, codes.split(" ")]),
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
