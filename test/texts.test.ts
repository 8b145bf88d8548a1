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

/** Not those whose texts are the paper's (danfe), the contract's (journal), or kept as they were written (ingest/upload, mail). */
const WITHOUT_SENTENCES = [
  "src/{nfe,homes,stock,accounts,confirmations,sefaz,alerts,webhooks,reports,export}/**/*.ts",
  "src/ingest/!(upload)/**/*.ts",
  "src/{lib,ports,resilience}/**/*.ts",
];

test("the folders of the domain hold no sentence for people", async () => {
  expect(await sentences(...WITHOUT_SENTENCES)).toEqual([]);
});

/** To an accountant `retenção` is tax withheld and `trabalho` is labour; the others are not used in Brazil, MiB only by developers. */
const OTHER_WORDS =
  /\b(?:retenç(?:ão|ões)|retid[ao]s?|ret(?:ém|êm)|trabalhos?|deixad[oa]s? de lado|post[oa]s? de lado|mexe no estoque|nota parada|MiB)\b/giu;

/** Where a tax is withheld, the text names it. */
const OF_TAX = /\b(?:ICMS|[IC]BS) (?:MONO|monofásico)/u;
/** A hold is a `pendência`; the page still opens the links in which its list had another name. */
const OLD_LINK = '"retidas"';

const otherWordsOf = (text: string): string[] =>
  text === OLD_LINK || OF_TAX.test(text) ? [] : (text.match(OTHER_WORDS) ?? []);

/** Words between tags are no strings: a view is one text, without its comments. */
const viewTexts = (source: string): string[] => [
  tokensOf(source)
    .map(({ text }) => text)
    .join(" "),
];

test("no text for people has a word that means something else to an accountant", async () => {
  const found: string[] = [];
  const look = (file: string, texts: readonly string[]) => {
    for (const text of texts) for (const word of otherWordsOf(text)) found.push(`${file}: ${word}`);
  };
  for await (const path of new Glob("src/**/*.{ts,tsx}").scan(".")) {
    const source = await Bun.file(path).text();
    look(path, path.endsWith(".tsx") ? viewTexts(source) : textsOf(tokensOf(source)));
  }
  for (const file of ["alerts.yml", "grafana-dashboard.json", "Caddyfile", "nginx.conf"])
    look(file, [(await Bun.file(`docs/ops/${file}`).text()).replaceAll(/#.*$/gm, "")]);
  for (const file of ["LEIA-ME.md", "docs/page.md", "docs/pendencias.md"])
    look(file, (await Bun.file(file).text()).split("\n"));
  expect(found).toEqual([]);
});

test("the words between the tags of a view are searched too, over a broken line", () => {
  const view = (words: string) => `<p class="small">\n  {many} ${words}\n</p>`;
  expect(viewTexts(view("notas retidas mais novas")).flatMap(otherWordsOf)).toEqual(["retidas"]);
  expect(viewTexts(view("notas postas\n  de lado")).flatMap(otherWordsOf)).toHaveLength(1);
  expect(viewTexts(view("notas com pendência {/* retida */}")).flatMap(otherWordsOf)).toEqual([]);
});
