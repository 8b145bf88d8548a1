import { expect, test } from "bun:test";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import type { KnownFacts } from "../../../src/ingest/verdict/rule-input.ts";
import type { Note } from "../../../src/nfe/note.ts";
import { company, note } from "../../support/notes/note-values.ts";

const holdsOf = (given: Note, settings = company(), known: KnownFacts = {}) =>
  classify(given, settings, known).holds.map(({ code }) => code);
const KEY = note().accessKey;

test("an invalid signature holds a note only if the company requires one (signature_invalid)", () => {
  const strict = company({ requireSignature: true });
  const signature = { digestValue: "x", referenceUri: `#NFe${KEY}` };
  const ok = { valid: true, unchecked: ["revocation"] } as const;
  const bad = (["unsigned", "other_signer", "not_valid_then", "unknown_issuer"] as const).map(
    (why) => ({ valid: false, why }) as const,
  );
  expect(holdsOf(note(), company(), { signature: { valid: false, why: "unsigned" } })).toEqual([]);
  expect(holdsOf(note({ signature }), strict, { signature: ok })).toEqual([]);
  for (const found of [...bad, null, undefined])
    expect(
      holdsOf(note({ signature }), strict, found === undefined ? {} : { signature: found }),
    ).toEqual(["signature_invalid"]);
  expect(holdsOf(note(), strict)).toEqual(["signature_invalid"]);
});

test("unchecked parts of a signature are findings where the company requires signatures", () => {
  const signature = { digestValue: "x", referenceUri: `#NFe${KEY}` };
  const codes = (requireSignature: boolean) =>
    classify(note({ signature }), company({ requireSignature }), {
      signature: { valid: true, unchecked: ["chain", "revocation", "signer"] },
    }).findings.map(({ code }) => code);
  expect(codes(true)).toEqual([
    "certificate_not_checked",
    "signer_not_compared",
    "revocation_not_checked",
  ]);
  expect(codes(false)).toEqual([]);
});
