import { expect, test } from "bun:test";
import { Glob } from "bun";

/** A figure with its noun, and what the same sentence says after it. */
const COUNTED =
  /\b(?:count|many)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\}((?:\{" "\}|[^<{.;:])*)/g;
/** Verbs and participles of one thing alone: of several they end otherwise. */
const OF_ONE = /\b(?:é|está|foi|fica|ficaria|deixa|deixou|chegou|espera|segue|vence|passa)\s/;

test("a sentence after a figure with its noun has no verb of one thing alone", async () => {
  const wrong: string[] = [];
  for await (const path of new Glob("src/page/**/*.{ts,tsx}").scan()) {
    const text = await Bun.file(path).text();
    for (const [whole, rest = ""] of text.matchAll(COUNTED))
      if (OF_ONE.test(` ${rest} `)) wrong.push(`${path}: ${whole.replaceAll(/\s+/g, " ")}`);
  }
  expect(wrong).toEqual([]);
});
