import { expect, test } from "bun:test";
import { RULES_VERSION } from "../../../src/ingest/verdict/rules.ts";
import { importsOf, type Token, tokensOf } from "../../support/source.ts";

/** The files that decide a verdict. */
const RULES = [
  "src/ingest/verdict/rule-input.ts",
  "src/ingest/verdict/cfop-table.ts",
  "src/ingest/verdict/cfop.ts",
  "src/ingest/verdict/destination.ts",
  "src/ingest/verdict/gifts.ts",
  "src/ingest/verdict/recoverable.ts",
  "src/ingest/verdict/classify.ts",
  "src/ingest/verdict/complement.ts",
  "src/ingest/verdict/returned-goods.ts",
  "src/ingest/verdict/item-rules.ts",
  "src/ingest/verdict/event-rules.ts",
  "src/ingest/verdict/signature-rules.ts",
  "src/ingest/verdict/event-standing.ts",
  "src/ingest/verdict/hold-rules.ts",
  "src/ingest/verdict/direction-rules.ts",
  "src/messages/pt-BR/documents/cfop-operations.ts",
  "src/messages/pt-BR/documents/rules.ts",
  "src/nfe/read/cancellations.ts",
  "src/nfe/landed-cost.ts",
  "src/nfe/note-value.ts",
  "src/nfe/protocol.ts",
  "src/nfe/signature/signer.ts",
  "src/nfe/signature/trust.ts",
];

/**
 * Each version of the rules and the fingerprint of their text, oldest first. A change that may alter a verdict: raise
 * RULES_VERSION in src/ingest/verdict/rules.ts and add a line. A change that alters nothing (a name, an order): replace the last
 * fingerprint.
 */
const VERSIONS: readonly (readonly [number, string])[] = [
  [1, "cc2a113c76dc2976"],
  [2, "e4b4d45db3dc3c9d"],
  [3, "46969ef57474cfff"],
  [4, "d76cb2e60ec72657"],
  [5, "3f2a3e264d14162a"],
  [6, "06334c1ad442b6a2"],
  // The verdicts are those of 6; waiting notes that were cancelled before become CANCELADA when they are judged again.
  [7, "b6ad669678df9655"],
  // A complementary note that names its originals is cost of their goods.
  [8, "ea54014e750fad7a"],
  // Costs follow the tax profile of the company; gifts enter at the cost 0.
  [9, "ee16ce4215dbd5cc"],
  // A return of a note that was reversed or cancelled is held.
  [10, "2e21e6686d873bed"],
  // Goods of which a factor leaves nothing are held.
  [11, "229094c22dcf222a"],
];

/** The tokens without imports, which do not alter a verdict. */
function withoutImports(tokens: readonly Token[]): string[] {
  const lines = new Set<number>();
  for (const { line } of importsOf(tokens)) lines.add(line);
  const kept: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { text = "", line = 0 } = tokens[at] ?? {};
    if (text === "import" && lines.has(line)) {
      while (at < tokens.length && tokens[at]?.string === null) at++;
      continue;
    }
    // The formatter adds and removes these when it breaks lines.
    if (text !== ";" && text !== ",") kept.push(text);
  }
  return kept;
}

async function fingerprint(): Promise<string> {
  const texts = RULES.map(async (path) => withoutImports(tokensOf(await Bun.file(path).text())));
  const all = (await Promise.all(texts)).map((tokens) => tokens.join(" ")).join("\n");
  return new Bun.CryptoHasher("sha256").update(all).digest("hex").slice(0, 16);
}

test("a change of the rules raises RULES_VERSION, so that notes that wait are judged again", async () => {
  const versions = VERSIONS.map(([version]) => version);
  expect(versions).toEqual(versions.map((_, i) => i + 1));
  expect(VERSIONS.at(-1)).toEqual([RULES_VERSION, await fingerprint()]);
});

test("two versions of the rules have different fingerprints", () => {
  const prints = VERSIONS.map(([, print]) => print);
  expect(new Set(prints).size).toBe(prints.length);
});
