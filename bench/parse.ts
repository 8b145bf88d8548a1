/**
 * How fast a note is read: our scanner against fast-xml-parser behind its own validator, and against saxes with
 * namespaces building the same tree. The figures are medians of ratios inside interleaved pairs, because a machine
 * drifts more than the parsers differ.
 *
 *   bun bench/parse.ts [ITEMS=10] [PAIRS=9]
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { SaxesParser } from "saxes";
import { readDocument } from "../src/nfe/read/read.ts";
import { parseXml } from "../src/nfe/xml/scan.ts";
import { utf8 } from "../src/synthetic/bytes.ts";
import { syntheticNote } from "../src/synthetic/synthetic-note.ts";
import { figure, median, ratios, spread, type Target, table, targetTable } from "./figures.ts";
import { emptyFolder } from "./folder.ts";

const items = Number(process.argv[2] ?? 10);
const pairs = Number(process.argv[3] ?? 9);
const texts = Array.from(
  { length: items > 100 ? 4 : 64 },
  (_, seed) => syntheticNote({ seed, items, ibsCbs: true }).xml,
);
const bytes = texts.map(utf8);

/** Reads document `n`; throws when it is refused. */
type Reader = (n: number) => void;
const textAt = (n: number): string => texts[n % texts.length] ?? "";

const scanner: Reader = (n) => {
  if (!parseXml(textAt(n)).ok) throw new Error("refused");
};

const fxp = new XMLParser({ ignoreAttributes: false, parseTagValue: false });
const fastXmlParser: Reader = (n) => {
  if (XMLValidator.validate(textAt(n)) !== true) throw new Error("refused");
  fxp.parse(textAt(n));
};

interface Node {
  name: string;
  ns: string;
  attributes: unknown;
  children: Node[];
  text: string;
}
const saxes: Reader = (n) => {
  const open: Node[] = [{ name: "", ns: "", attributes: null, children: [], text: "" }];
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ local, uri, attributes }) => {
    const node: Node = { name: local, ns: uri, attributes, children: [], text: "" };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.on("text", (text) => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  });
  parser.write(textAt(n)).close();
};

const whole: Reader = (n) => {
  const document = bytes[n % bytes.length];
  if (document === undefined || !readDocument(document).ok) throw new Error("refused");
};

/** Documents a second over about `ms` milliseconds. */
function rate(read: Reader, ms: number): number {
  const start = performance.now();
  let n = 0;
  while (performance.now() - start < ms) for (let k = 0; k < 8; k += 1) read(n++);
  return (n * 1000) / (performance.now() - start);
}

/**
 * A reader in another process, on the same documents: BENCH_PEER_PARSE is a command that takes files and prints
 * `docs/s NUMBER` once or more. Null when it is not set.
 */
async function peer(folder: string): Promise<number | null> {
  const command = process.env.BENCH_PEER_PARSE ?? "";
  if (command === "") return null;
  const files = texts.map((_, n) => join(folder, `${n}.xml`));
  const child = Bun.spawn([...command.split(/\s+/), ...files], { stdout: "pipe" });
  const said = await new Response(child.stdout).text();
  return median([...said.matchAll(/docs\/s ([\d.]+)/g)].map((match) => Number(match[1])));
}

await using folder = await emptyFolder();
for (const [n, text] of texts.entries()) await writeFile(join(folder.path, `${n}.xml`), text);

for (const read of [scanner, fastXmlParser, saxes, whole]) rate(read, 1_000);
const seen: Record<"scanner" | "fxp" | "saxes" | "whole" | "peer", number[]> = {
  scanner: [],
  fxp: [],
  saxes: [],
  whole: [],
  peer: [],
};
for (let pair = 0; pair < pairs; pair += 1) {
  seen.fxp.push(rate(fastXmlParser, 400));
  seen.scanner.push(rate(scanner, 400));
  seen.saxes.push(rate(saxes, 400));
  seen.whole.push(rate(whole, 400));
  const beside = await peer(folder.path);
  if (beside !== null) seen.peer.push(beside);
}

const size = bytes.reduce((sum, document) => sum + document.length, 0) / bytes.length / 1_024;
const row = (name: string, speeds: readonly number[]): string[] => [
  name,
  spread(speeds),
  figure(1_000 / median(speeds)),
];
console.log(`${texts.length} notes of ${items} items, ${figure(size)} KB each, ${pairs} pairs\n`);
console.log(
  table(
    ["", "docs/s", "ms/doc"],
    [
      row("the scanner", seen.scanner),
      row("readDocument, bytes to findings", seen.whole),
      row("saxes, xmlns: true, same tree", seen.saxes),
      row("fast-xml-parser + XMLValidator", seen.fxp),
      ...(seen.peer.length === 0 ? [] : [row("the peer", seen.peer)]),
    ],
  ),
);
console.log("");
const target = (
  other: "fxp" | "saxes" | "peer",
  what: string,
  must: number,
  stretch: number,
): Target => ({
  id: "T5",
  what,
  values: ratios(seen.scanner, seen[other]),
  bound: "≥",
  must,
  stretch,
});
console.log(
  targetTable([
    target("fxp", "docs/s / fast-xml-parser + XMLValidator", 8, 16),
    target("saxes", "docs/s / saxes", 1.5, 3),
    target("peer", "docs/s / the peer", 2, 4),
  ]),
);
