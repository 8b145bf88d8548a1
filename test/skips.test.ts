import { expect, test } from "bun:test";
import { Glob } from "bun";

/** A skip of the runner, which says nothing of why. */
const BARE = /\b(?:test|describe|it)\w*\.(?:skip|skipIf|todo|todoIf|if)\(/;
/** Where the tests of check:full are left out of check, and where a missing program gets into the title. */
const MAY_SKIP = ["test/support/full.ts"];

test("a test that this machine cannot run says why in its title", async () => {
  const bare: string[] = [];
  for (const path of new Glob("test/**/*.ts").scanSync())
    for (const [i, line] of (await Bun.file(path).text()).split("\n").entries())
      if (BARE.test(line) && !MAY_SKIP.includes(path)) bare.push(`${path}:${i + 1} ${line.trim()}`);
  expect(bare).toEqual([]);
});
