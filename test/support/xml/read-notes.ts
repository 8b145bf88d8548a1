import type { Reading } from "../../../src/nfe/document.ts";
import type { NfeFailure, NfeFieldError } from "../../../src/nfe/failures.ts";
import type { Note } from "../../../src/nfe/note.ts";
import { readDocument } from "../../../src/nfe/read/read.ts";
import { utf8 } from "../../../src/synthetic/bytes.ts";

/** The result of readDocument for a text in UTF-8. */
export const readText = (xml: string) => readDocument(utf8(xml));

/** The only reading of a document; throws with the failure when there is none. */
export function readingIn(document: string | Uint8Array): Reading {
  const read = typeof document === "string" ? readText(document) : readDocument(document);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  if (read.value.kind !== "notes") throw new Error("an event");
  const [only, second] = read.value.notes;
  if (only === undefined || second !== undefined) throw new Error("not one note");
  if (!only.ok) throw new Error(JSON.stringify(only.error));
  return only.value;
}

export const noteIn = (document: string | Uint8Array): Note => readingIn(document).note;

/** The failure of a document; throws when there is none. */
export function failureIn(document: string | Uint8Array): NfeFailure {
  const read = typeof document === "string" ? readText(document) : readDocument(document);
  if (read.ok) throw new Error("it was read");
  return read.error;
}

/** The field errors of an invalid document; throws for any other outcome. */
export function errorsIn(document: string | Uint8Array): readonly NfeFieldError[] {
  const failure = failureIn(document);
  if (failure.code !== "nfe.invalid") throw new Error(failure.code);
  return failure.errors;
}

/** `path code` of each error. */
export const pathsIn = (document: string | Uint8Array): string[] =>
  errorsIn(document).map(({ path, code }) => `${path} ${code}`);
