import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseXml } from "../../src/nfe/xml/scan.ts";
import { WELL_FORMED } from "../../src/synthetic/malformed.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { FULL } from "../support/full.ts";
import { edited, edits } from "../support/xml/mutate.ts";
import { ourTree, saxesTree } from "../support/xml/saxes-tree.ts";

const ours = (text: string) => {
  const parsed = parseXml(text);
  return parsed.ok ? ourTree(parsed.value) : null;
};

/** Short documents with every kind of markup, and a real-looking one. */
const BASES = [
  '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="urn:a" b="1"><c d=\'2\'>x &amp; y</c><!-- n --><e/></a>\n',
  '<p:a xmlns:p="urn:p" xmlns:q="urn:q" p:b="1" q:b="2"><p:c>é<![CDATA[<z>]]></p:c>\r\n<q:d xmlns:p="urn:r"><p:e/></q:d></p:a>',
  "<a>\u{1f600} text <b>&#x41;</b> tail <?pi data?><b c='\t&#9;\n'/></a>",
  '<r xmlns="urn:r"><s xmlns=""><t xmlns="urn:t" xml:lang="pt">1</t></s></r>',
  syntheticNote({ seed: 3, items: 1 }).xml,
];

/** saxes accepts `<?pi?x ?>`; XML 1.0 (2.6) requires a blank after the target. */
const LENIENT = /<\?[^?\s]+\?[^>]/;

const runs = FULL ? 100_000 : 2_000;

test(`${runs} mutations of documents are accepted, refused and read as saxes does`, () => {
  fc.assert(
    fc.property(fc.constantFrom(...BASES), edits, (base, changes) => {
      const text = edited(base, changes);
      if (LENIENT.test(text)) return;
      expect(ours(text)).toEqual(saxesTree(text));
    }),
    { seed: 20261123, numRuns: runs },
  );
}, 600_000);

test("documents that are well-formed in an odd way give the tree that saxes builds", () => {
  for (const { name, bytes } of WELL_FORMED) {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    expect([name, ours(text)]).toEqual([name, saxesTree(text)]);
    expect([name, ours(text) === null]).toEqual([name, false]);
  }
});
