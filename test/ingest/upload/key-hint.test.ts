import { expect, test } from "bun:test";
import { keyHint } from "../../../src/ingest/upload/key-hint.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test("a note, the note with its protocol and its event have the same key hint", () => {
  const note = syntheticNote({ seed: 1 });
  expect(keyHint(utf8(note.xml))).toBe(note.accessKey);
  expect(keyHint(utf8(syntheticNote({ seed: 1, root: "NFe" }).xml))).toBe(note.accessKey);
  expect(keyHint(utf8(cancellationEvent(note.accessKey)))).toBe(note.accessKey);
});

test("a key is found in every encoding, and none where there is none", () => {
  const note = syntheticNote({ seed: 1 });
  const wide = new Uint8Array([...utf8(note.xml)].flatMap((byte) => [byte, 0]));
  expect(keyHint(wide)).toBe(note.accessKey);
  for (const text of ["", "<x/>", '<infNFe Id="NFe123">', "PK\u0003\u0004"])
    expect(keyHint(utf8(text))).toBeNull();
});

test("a key hint is searched only at the beginning of a document", () => {
  const note = syntheticNote({ seed: 1 });
  expect(keyHint(utf8(`${" ".repeat(65_536)}${note.xml}`))).toBeNull();
});
