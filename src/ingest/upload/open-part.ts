import { joinedBytes } from "../../lib/bytes.ts";
import { trusted } from "../../lib/cast.ts";
import { err, Failed, ok, type Result } from "../../lib/result.ts";
import type { Part } from "../../nfe/document.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { formatOf, HEAD_BYTES } from "./format.ts";
import type { LimitCounter } from "./limit-counter.ts";

/** How many compressed bytes are inflated at once: at most a thousand times as many before the size is checked. */
const CHUNK_BYTES = 16_384;

/**
 * The bytes of a document in a container (an answer of a service). Fails with `batch.unreadable_entry` for a docZip that is no
 * base64, no gzip or a gzip in a gzip, and with `batch.too_large` over a limit of `counter`, with no more than one chunk inflated
 * above it; the document is not counted here. `reserve` counts each chunk as in memory. Rejects when aborted, and as `reserve`.
 */
export async function openPart(
  part: Part,
  counter: LimitCounter,
  signal?: AbortSignal,
  reserve?: (bytes: number) => void,
): Promise<Result<Uint8Array<ArrayBuffer>, IngestFailure>> {
  if (part.kind === "damaged") return unreadable("base64");
  if (part.kind === "piece") return ok(part.bytes);
  const inflated = await inflate(part.bytes, counter, signal, reserve);
  if (!inflated.ok) return inflated;
  const format = formatOf(inflated.value.subarray(0, HEAD_BYTES));
  return format === "gzip" || format === "zip" ? unreadable("nested_container") : inflated;
}

const unreadable = (
  why: Extract<IngestFailure, { code: "batch.unreadable_entry" }>["why"],
): Result<never, IngestFailure> => err({ code: "batch.unreadable_entry", why });

async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  counter: LimitCounter,
  signal?: AbortSignal,
  reserve?: (bytes: number) => void,
): Promise<Result<Uint8Array<ArrayBuffer>, IngestFailure>> {
  if (formatOf(packed) !== "gzip") return unreadable("gzip");
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of chunksOf(packed).pipeThrough(new DecompressionStream("gzip"))) {
      signal?.throwIfAborted();
      size += chunk.length;
      // Throws above a limit, which ends the stream.
      counter.checkEntry(packed.length, size);
      reserve?.(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Failed) {
      // LimitCounter throws this one, and `reserve` others.
      const failure = trusted<TooLarge>(error.failure);
      if (failure.code !== "batch.too_large") throw error;
      return err(stoppedAt(failure));
    }
    return unreadable("gzip");
  }
  if (sizeInTrailer(packed) !== size) return unreadable("gzip");
  return ok(joinedBytes(chunks));
}

type TooLarge = Extract<IngestFailure, { code: "batch.too_large" }>;

/** How far a stream has come above a limit depends on the runtime's chunks, so that is not shown. */
const stoppedAt = (failure: TooLarge): TooLarge => ({ ...failure, got: failure.limit + 1 });

/** The size that a gzip ends with (RFC 1952, ISIZE); of several members it is that of the last, and smaller than all. */
const sizeInTrailer = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): number =>
  new DataView(buffer, byteOffset + length - 4).getUint32(0, true);

function chunksOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(at, at + CHUNK_BYTES));
        at += CHUNK_BYTES;
      },
    },
    { highWaterMark: 0 },
  );
}
