import { availableParallelism } from "node:os";
import type { Config } from "../../../config.ts";
import { trusted } from "../../../lib/cast.ts";
import { err, Failed } from "../../../lib/result.ts";
import type { DocumentReader } from "../../../ports/documents.ts";
import type { PlatformFailure } from "../../../ports/failures.ts";
import { sefazFault } from "../../../ports/sefaz-fault.ts";
import type { DocumentDomain } from "../../memory/documents.ts";
import { onePerTick } from "./one-per-tick.ts";
import { type MakeQuestion, type ThreadFigures, threadPool } from "./thread-pool.ts";

/** A question to reader.worker.ts. Its bytes are transferred in their own buffer. */
export type DocumentQuestion =
  | { readonly ask: "read" | "distribution"; readonly bytes: Uint8Array<ArrayBuffer> }
  | {
      readonly ask: "compare";
      readonly stored: Uint8Array<ArrayBuffer>;
      readonly sent: Uint8Array<ArrayBuffer>;
      readonly accessKey: string;
    };

export interface BunDocuments extends DocumentReader {
  figures(): ThreadFigures;
  close(): void;
}

type Settings = Pick<Config, "NFE_WORKERS" | "NFE_QUEUE" | "NFE_TIMEOUT_MS" | "PARSE_INLINE_BYTES">;
type Read = Awaited<ReturnType<DocumentReader["read"]>>;
type Packed = Awaited<ReturnType<DocumentReader["distribution"]>>;
type Compared = Awaited<ReturnType<DocumentReader["compare"]>>;

const READER = new URL("../../../reader.worker.ts", import.meta.url);

/**
 * Ports.DocumentReader on Bun: small documents in place, one in a turn of the event loop, larger ones in threads.
 * A document that takes too long, or that ends its thread twice, is refused for good as `nfe.malformed_xml`.
 */
export function bunDocuments(
  settings: Settings,
  domain: DocumentDomain,
  script: URL = READER,
): BunDocuments {
  const pool = threadPool(script, {
    threads: settings.NFE_WORKERS ?? Math.max(1, availableParallelism() - 1),
    queue: settings.NFE_QUEUE,
    timeoutMs: settings.NFE_TIMEOUT_MS,
  });
  const gate = onePerTick();
  return {
    async read(bytes, signal) {
      signal?.throwIfAborted();
      if (bytes.byteLength <= settings.PARSE_INLINE_BYTES) {
        await gate.next(signal);
        return domain.readDocument(bytes);
      }
      const outcome = await pool.ask(transferred({ ask: "read", bytes }), signal);
      if (outcome.kind === "answered") return trusted<Read>(outcome.answer);
      if (outcome.kind === "full") throw overloaded();
      return err({ code: "nfe.malformed_xml", why: outcome.kind });
    },
    async compare(stored, sent, accessKey, signal) {
      signal?.throwIfAborted();
      if (stored.byteLength + sent.byteLength <= settings.PARSE_INLINE_BYTES)
        return domain.compareDocuments(stored, sent, accessKey);
      const outcome = await pool.ask(
        transferred({ ask: "compare", stored, sent, accessKey }),
        signal,
      );
      if (outcome.kind === "answered") return trusted<Compared>(outcome.answer);
      throw overloaded();
    },
    async distribution(given, signal) {
      signal?.throwIfAborted();
      if (given.byteLength <= settings.PARSE_INLINE_BYTES) {
        await gate.next(signal);
        return domain.readPackedAnswer(given);
      }
      const bytes = new Uint8Array(given);
      const outcome = await pool.ask(transferred({ ask: "distribution", bytes }), signal);
      if (outcome.kind === "answered") return trusted<Packed>(outcome.answer);
      if (outcome.kind === "full") throw overloaded();
      return err(sefazFault("malformed"));
    },
    figures: pool.figures,
    close: pool.close,
  };
}

const overloaded = () =>
  new Failed<PlatformFailure>({ code: "overloaded", what: "documents", retryAfterS: 1 });

/** Copies the bytes, because the caller stores the original, and transfers the copy. */
const transferred =
  (question: DocumentQuestion): MakeQuestion =>
  () => {
    if (question.ask !== "compare") {
      const bytes = question.bytes.slice();
      return { question: { ...question, bytes }, transfer: [bytes.buffer] };
    }
    const [stored, sent] = [question.stored.slice(), question.sent.slice()];
    return { question: { ...question, stored, sent }, transfer: [stored.buffer, sent.buffer] };
  };
