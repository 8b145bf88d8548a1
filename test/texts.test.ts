import { expect, test } from "bun:test";
import { Glob } from "bun";
import { type Token, tokensOf } from "./support/source.ts";

/** A text with its quotes that begins as a sentence; a shorter text is a label. */
const SENTENCE = /^["`]\p{Lu}\p{L}* .{22,}["`]$/su;
const PORTUGUESE =
  /[áâãàçéêíóôõú]|\b(?:[aeo]s?|d[aeo]s?|n[ao]s?|que|por|com|para|sem|uma?|item|nota|empresa)\b/u;

/** Strings and templates without values; a text after `source:` is for developers. */
const textsOf = (tokens: readonly Token[]): string[] =>
  tokens
    .filter(({ text }, at) => /^["`]/.test(text) && tokens[at - 2]?.text !== "source")
    .map(({ text }) => text);

async function sentences(...patterns: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of patterns)
    for await (const path of new Glob(pattern).scan("."))
      for (const text of textsOf(tokensOf(await Bun.file(path).text())))
        if (SENTENCE.test(text) && PORTUGUESE.test(text.slice(2))) found.push(text);
  return found;
}

test("every hold, finding and rule has a whole sentence with a full stop", async () => {
  const said = await sentences("src/messages/pt-BR/documents/{rules,note-sentences}.ts");
  expect(said.length).toBeGreaterThan(30);
  expect(said.filter((text) => !/\.["`]$/.test(text))).toEqual([]);
});

test("the sentence of a failure ends without a full stop, for a reason may follow it", async () => {
  const said = await sentences(
    "src/messages/pt-BR/failures/*.ts",
    "src/messages/pt-BR/documents/corrections.ts",
  );
  expect(said.length).toBeGreaterThan(50);
  expect(said.filter((text) => /\.["`]$/.test(text))).toEqual([]);
});

test("the reader and the verdict hold no sentence for people", async () => {
  expect(await sentences("src/{nfe,ingest/verdict}/**/*.ts")).toEqual([]);
});

/** To an accountant `retenção` is tax withheld and `trabalho` is labour; the others are not used in Brazil, MiB only by developers. */
const OTHER_WORDS =
  /\b(?:retenç(?:ão|ões)|trabalhos?|deixad[oa]s? de lado|post[oa]s? de lado|mexe no estoque|MiB)\b/iu;

test("no text in the source or on the dashboard has a word that means something else to an accountant", async () => {
  const found: string[] = [];
  for await (const path of new Glob("src/**/*.ts").scan("."))
    for (const text of textsOf(tokensOf(await Bun.file(path).text())))
      if (OTHER_WORDS.test(text)) found.push(`${path}: ${text}`);
  for (const file of ["alerts.yml", "grafana-dashboard.json", "Caddyfile", "nginx.conf"]) {
    const said = (await Bun.file(`docs/ops/${file}`).text()).replaceAll(/#.*$/gm, "");
    const word = OTHER_WORDS.exec(said)?.[0];
    if (word !== undefined) found.push(`${file}: ${word}`);
  }
  expect(found).toEqual([]);
});
