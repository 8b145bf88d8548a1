import { sha256 } from "./hash.ts";

/** A document as it was sent: its bytes, and their SHA-256 (64 lower-case hexadecimal digits), under which they are stored. */
export interface Original {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
}

/** Hashes the bytes of a document, once, where they come in. */
export const originalFrom = async (bytes: Uint8Array<ArrayBuffer>): Promise<Original> => ({
  bytes,
  sha256: await sha256(bytes),
});
