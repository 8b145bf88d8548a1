import type { DocumentReader } from "../../src/ports/documents.ts";
import { type Contract, like, rejection, same } from "./claims.ts";

/** A reader whose domain answers every document with `err not_an_nfe`, every comparison with
 * "completes", and every answer of the distribution with `err web_page`. */
export interface OpenDocuments {
  readonly documents: DocumentReader;
  close(): void;
}

/** Ports.DocumentReader, for every implementation. */
export const documentsContract: Contract<() => OpenDocuments> = [
  {
    name: "the caller's bytes are untouched, small and large",
    async run(open) {
      const { documents, close } = open();
      for (const size of [10, 200_000]) {
        const bytes = new Uint8Array(size).fill(60);
        await documents.read(bytes);
        await documents.compare(bytes, bytes, "key");
        await documents.distribution(bytes);
        same(bytes, new Uint8Array(size).fill(60));
      }
      close();
    },
  },
  {
    name: "a refusal by the domain is a result, not an exception",
    async run(open) {
      const { documents, close } = open();
      for (const size of [10, 200_000])
        like(await documents.read(new Uint8Array(size)), {
          ok: false,
          error: { code: "nfe.not_an_nfe" },
        });
      for (const size of [10, 200_000])
        like(await documents.distribution(new Uint8Array(size)), {
          ok: false,
          error: { kind: "web_page" },
        });
      close();
    },
  },
  {
    name: "an aborted caller gets the reason of its own signal",
    async run(open) {
      const { documents, close } = open();
      const left = AbortSignal.abort("gone");
      for (const size of [10, 200_000]) {
        const bytes = new Uint8Array(size);
        same(await rejection(documents.read(bytes, left)), "gone");
        same(await rejection(documents.compare(bytes, bytes, "key", left)), "gone");
        same(await rejection(documents.distribution(bytes, left)), "gone");
      }
      close();
    },
  },
];
