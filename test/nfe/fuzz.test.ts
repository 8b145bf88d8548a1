import { expect, test } from "bun:test";
import fc from "fast-check";
import { landedCosts } from "../../src/nfe/landed-cost.ts";
import type { Note } from "../../src/nfe/note.ts";
import { compareDocuments } from "../../src/nfe/read/compare.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { utf8 } from "../../src/synthetic/bytes.ts";
import { cancellationEvent } from "../../src/synthetic/events.ts";
import { syntheticBatch, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { FULL } from "../support/full.ts";
import { edited, edits } from "../support/xml/mutate.ts";

const runs = FULL ? 100_000 : 600;
const { xml, accessKey } = syntheticNote({ seed: 81, items: 2 });
const DOCUMENTS = [
  xml,
  syntheticNote({ seed: 82, items: 1, layout: "2.00", root: "NFe" }).xml,
  syntheticBatch([
    { seed: 83, items: 1 },
    { seed: 84, items: 1 },
  ]).xml,
  cancellationEvent(accessKey),
];

const numbers = (note: Note): number[] => [
  ...note.items.flatMap((item) => [
    item.qCom.e4,
    item.qTrib.e4,
    ...item.lots.map((lot) => lot.qLote.e4),
  ]),
  ...Object.values(note.total),
  ...landedCosts(note),
];

/** Reads and checks every reading: no throw, non-negative integers, failures with their members. */
function hold(bytes: Uint8Array): void {
  const read = readDocument(bytes);
  if (!read.ok) {
    if (read.error.code === "nfe.invalid") expect(read.error.errors.length).toBeGreaterThan(0);
    return;
  }
  if (read.value.kind !== "notes") return;
  for (const note of read.value.notes)
    if (note.ok)
      for (const number of numbers(note.value.note))
        if (!Number.isSafeInteger(number) || number < 0) throw new Error(`not a count: ${number}`);
}

test(`${runs} mutated documents never throw`, () => {
  fc.assert(
    fc.property(fc.constantFrom(...DOCUMENTS), edits, (document, changes) => {
      const bytes = utf8(edited(document, changes));
      hold(bytes);
      compareDocuments(bytes, utf8(xml), accessKey);
    }),
    { seed: 20261123, numRuns: runs },
  );
}, 600_000);

test("leaves with any content never throw", () => {
  const leaf = fc.constantFrom(...DOCUMENTS).chain((document) => {
    const names = new Set(
      [...document.matchAll(/<(\w+)>[^<]*<\/\1>/g)].map((found) => found[1] ?? ""),
    );
    return fc.record({ document: fc.constant(document), name: fc.constantFrom(...names) });
  });
  const value = fc.oneof(
    fc.string({ maxLength: 12 }).map((text) => text.replace(/[<&>\0-\x1f]/g, "")),
    fc.constantFrom(
      "",
      "-1",
      "NaN",
      "1e9",
      "0",
      "9".repeat(30),
      "0.".padEnd(40, "9"),
      "1".padStart(40, "0"),
      "constructor",
      "__proto__",
    ),
  );
  fc.assert(
    fc.property(leaf, value, fc.boolean(), ({ document, name }, text, all) => {
      const pattern = new RegExp(`<${name}>[^<]*</${name}>`, all ? "g" : "");
      hold(utf8(document.replace(pattern, () => `<${name}>${text}</${name}>`)));
    }),
    { seed: 20261123, numRuns: runs },
  );
}, 600_000);

test("any bytes are read or refused without an exception", () => {
  const bytes = utf8(xml);
  const broken = fc
    .array(
      fc.tuple(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 })),
      { maxLength: 4 },
    )
    .map((changes) => {
      const copy = bytes.slice();
      for (const [at, byte] of changes) copy[at] = byte;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), broken), (given) => hold(given)),
    { seed: 20261123, numRuns: runs },
  );
}, 600_000);
