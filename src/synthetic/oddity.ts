import { utf8 } from "./bytes.ts";
import { type NoteOptions, syntheticNote } from "./synthetic-note.ts";

/**
 * The expected answer to an upload, when the company is COMPANY with the production environment.
 */
export interface Expected {
  readonly status: 200 | 422;
  readonly code?: string;
  /** Exactly these; absent: none. */
  readonly holds?: readonly string[];
  /** At least these. */
  readonly findings?: readonly string[];
  /** The bytes are an event, not a note. */
  readonly event?: true;
}

/** An unusual document of a kind that real systems send, made with invented data. */
export interface Oddity {
  readonly name: string;
  readonly what: string;
  readonly bytes: () => Uint8Array<ArrayBuffer>;
  readonly expected: Expected;
}

export const accepted: Expected = { status: 200 };
export const held = (...holds: string[]): Expected => ({ status: 200, holds });
export const refused = (code: string): Expected => ({ status: 422, code });

export const note = (options: NoteOptions): string => syntheticNote({ seed: 41, ...options }).xml;
export const text = (make: () => string) => (): Uint8Array<ArrayBuffer> => utf8(make());
/** The key of a note that is not among the oddities. */
export const ANOTHER_KEY = syntheticNote({ seed: 99 }).accessKey;
