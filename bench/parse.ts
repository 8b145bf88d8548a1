/**
 * How fast a note is read: our scanner against fast-xml-parser behind its own validator, and against saxes with
 * namespaces building the same tree. The figures are medians of ratios inside interleaved pairs, because a machine
 * drifts more than the parsers differ.
 *
 *   bun bench/parse.ts [ITEMS=10] [PAIRS=9]
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { SaxesParser } from "saxes";
import { utf8 } from "../src/demo/bytes.ts";
import { syntheticNote } from "../src/demo/synthetic-note.ts";
import { readDocument } from "../src/nfe/read.ts";
import { parseXml } from "../src/nfe/xml/scan.ts";

const items = Number(process.argv[2] ?? 10);
const pairs = Number(process.argv[3] ?? 9);
const texts = Array.from(
  { length: items > 100 ? 4 : 64 },
  (_, seed) => syntheticNote({ seed, items, ibsCbs: true }).xml,
);
const bytes = texts.map(utf8);

/** Reads document `n`, and throws when it is not taken. */
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

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
const size = bytes.reduce((sum, document) => sum + document.length, 0) / bytes.length;

for (const read of [scanner, fastXmlParser, saxes, whole]) rate(read, 1_000);
const seen: Record<"scanner" | "fxp" | "saxes" | "whole", number[]> = {
  scanner: [],
  fxp: [],
  saxes: [],
  whole: [],
};
for (let pair = 0; pair < pairs; pair += 1) {
  seen.fxp.push(rate(fastXmlParser, 400));
  seen.scanner.push(rate(scanner, 400));
  seen.saxes.push(rate(saxes, 400));
  seen.whole.push(rate(whole, 400));
}
const against = (other: "fxp" | "saxes"): string => {
  const ratios = seen.scanner.map((mine, i) => mine / (seen[other][i] ?? mine));
  return `${median([...ratios]).toFixed(1)} (${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`;
};
const perSecond = (name: keyof typeof seen): string => median([...seen[name]]).toFixed(0);

console.log(
  `${texts.length} notes of ${items} items, ${(size / 1024).toFixed(1)} KB each; ${pairs} pairs`,
);
console.log(`scanner                        ${perSecond("scanner")} docs/s`);
console.log(
  `fast-xml-parser + XMLValidator ${perSecond("fxp")} docs/s; scanner ${against("fxp")} times that`,
);
console.log(
  `saxes, xmlns: true             ${perSecond("saxes")} docs/s; scanner ${against("saxes")} times that`,
);
console.log(
  `readDocument, bytes to findings ${perSecond("whole")} docs/s, ${(1000 / median([...seen.whole])).toFixed(3)} ms each`,
);
