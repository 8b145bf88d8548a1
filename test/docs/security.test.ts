import { expect, test } from "bun:test";

const page = await Bun.file("docs/security.md").text();

/** The rows of every table: threat, what stands against it, shown by. */
const rows = page
  .split("\n")
  .filter((line) => /^\| (?!threat)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

/**
 * Titles of tests, of groups and of the cases of a contract (which stand behind whoever keeps it) as the file writes them;
 * what a template fills in matches anything.
 */
function titlesOf(source: string): RegExp[] {
  const titles = source.matchAll(
    /\b(?:(?:test|describe)\(|(name):)\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g,
  );
  return [...titles].map(([, inContract, plain, template]) => {
    const text = plain ?? template ?? "";
    const literal = text.split(/\$\{[^}]*\}/).map((part) => RegExp.escape(part));
    const before = inContract === undefined ? "" : "(?:.+: )?";
    return new RegExp(`^${before}${literal.join(".+")}$`);
  });
}

test("every line of the threat model says what stands against the threat, and which tests show it", () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    expect([row[0], row.length]).toEqual([row[0], 3]);
    for (const shown of (row[2] ?? "").split("<br>"))
      expect([row[0], shown]).toEqual([row[0], expect.stringMatching(/^`test\/\S+\.ts` \S.+$/)]);
  }
});

test("every test that the threat model names is there", async () => {
  const missing: string[] = [];
  for (const shown of rows.flatMap((row) => (row[2] ?? "").split("<br>"))) {
    const [, path = "", title = ""] = /^`(.+?)` (.+)$/.exec(shown) ?? [];
    const file = Bun.file(path);
    const source = (await file.exists()) ? await file.text() : "";
    if (!titlesOf(source).some((known) => known.test(title))) missing.push(`${path}: ${title}`);
  }
  expect(missing).toEqual([]);
});

test("every hole of the old system's security that this service could have too has its line", () => {
  // S19: the page; S20 to S22: how it was delivered.
  for (const hole of [
    "S1",
    "S2",
    "S3",
    "S4",
    "S5",
    "S6",
    "S7",
    "S8",
    "S9",
    "S10",
    "S11",
    "S12",
    "S13",
    "S14",
    "S15",
    "S16",
    "S17",
    "S18",
    "S23",
  ])
    expect([hole, new RegExp(`\\b${hole}\\b`).test(page)]).toEqual([hole, true]);
});
