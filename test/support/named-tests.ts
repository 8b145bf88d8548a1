/** The cells of each row of a page's tables, without the heads and the lines below them. `head`: how a head begins. */
export const tableRows = (page: string, head: string): string[][] =>
  page
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith(`| ${head}`))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );

/** A cell that names tests: `test/path.ts` and the title, separated by <br>. */
export const namesOfTests = (cell: string): string[] => cell.split("<br>");

export const NAMES_A_TEST = /^`test\/\S+\.(?:ts|mjs)` \S.+$/;

/**
 * Titles of tests, of groups and of the cases of a contract (after the name of the implementation), as the file has them; an
 * expression in a template matches any text.
 */
function titlesOf(source: string): RegExp[] {
  const titles = source.matchAll(
    /\b(?:(?:test|testInFull|describe|it)\(|(name):)\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g,
  );
  return [...titles].map(([, inContract, plain, template]) => {
    const text = plain ?? template ?? "";
    const literal = text.split(/\$\{[^}]*\}/).map((part) => RegExp.escape(part));
    const before = inContract === undefined ? "" : "(?:.+: )?";
    return new RegExp(`^${before}${literal.join(".+")}$`);
  });
}

/** The tests of `named` that do not exist, as "path: title". */
export async function missingTests(named: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const shown of named) {
    const [, path = "", title = ""] = /^`(.+?)` (.+)$/.exec(shown) ?? [];
    const file = Bun.file(path);
    const source = (await file.exists()) ? await file.text() : "";
    if (!titlesOf(source).some((known) => known.test(title))) missing.push(`${path}: ${title}`);
  }
  return missing;
}
