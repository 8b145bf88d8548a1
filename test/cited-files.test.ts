import { expect, test } from "bun:test";
import { Glob } from "bun";
import { endsOf, missingFiles } from "./support/cited-files.ts";

/** This file names some that are gone, to show that they are found. */
const sources = [...new Glob("{src,test,bench}/**/*.{ts,tsx,mts,mjs}").scanSync()].filter(
  (path) => path !== "test/cited-files.test.ts",
);
const paths = endsOf([
  ...sources,
  ...new Glob("{docs,migrations}/**/*.{md,sql}").scanSync(),
  ...new Glob("*.{md,ts}").scanSync(),
]);

test("a comment names only files that are there", async () => {
  const missing: string[] = [];
  for (const path of sources)
    for (const { line, file } of missingFiles(await Bun.file(path).text(), paths))
      missing.push(`${path}:${line} ${file}`);
  expect(missing).toEqual([]);
});

test("a comment that names a file that is gone is found by its line", () => {
  const source =
    "const a = 1;\n/** As gone.ts has it, and lib/gone.ts. */\nconst b = 2; // kept.ts";
  expect(missingFiles(source, endsOf(["src/lib/kept.ts"]))).toEqual([
    { line: 2, file: "gone.ts" },
    { line: 2, file: "lib/gone.ts" },
  ]);
});
