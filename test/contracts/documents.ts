import { expect, test } from "bun:test";
import type { DocumentReader } from "../../src/ports.ts";

/** A reader whose domain answers every document with `err not_an_nfe`, and every comparison with "completes". */
export interface OpenDocuments {
  readonly documents: DocumentReader;
  close(): void;
}

/** Ports.DocumentReader, whoever implements it. */
export function documentsContract(name: string, open: () => OpenDocuments): void {
  test(`${name}: the caller's bytes are untouched, small and large`, async () => {
    const { documents, close } = open();
    for (const size of [10, 200_000]) {
      const bytes = new Uint8Array(size).fill(60);
      await documents.read(bytes);
      await documents.compare(bytes, bytes, "key");
      expect(bytes).toEqual(new Uint8Array(size).fill(60));
    }
    close();
  });

  test(`${name}: a refusal by the domain is a result, not an exception`, async () => {
    const { documents, close } = open();
    for (const size of [10, 200_000])
      expect(await documents.read(new Uint8Array(size))).toMatchObject({
        ok: false,
        error: { code: "nfe.not_an_nfe" },
      });
    close();
  });

  test(`${name}: who has left before is answered with their own reason`, async () => {
    const { documents, close } = open();
    const left = AbortSignal.abort("gone");
    for (const size of [10, 200_000]) {
      const bytes = new Uint8Array(size);
      expect(await documents.read(bytes, left).catch((reason) => reason)).toBe("gone");
      const compared = documents.compare(bytes, bytes, "key", left);
      expect(await compared.catch((reason) => reason)).toBe("gone");
    }
    close();
  });
}
