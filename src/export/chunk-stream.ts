import { Failed } from "../lib/result.ts";
import type { ExportFailure } from "./failures.ts";
import type { StreamListener } from "./stream.ts";

/**
 * Bytes as a stream: a chunk is made when the reader has taken the one before. Cancelling the stream ends the chunks. The first
 * one is made before this resolves, so that its failure can still be answered; a later failure errors the stream with
 * `export.interrupted`, and the connection is reset: an incomplete file never looks complete. `done`: how many rows were written.
 */
export async function chunkStream(
  chunks: AsyncGenerator<Uint8Array, void, void>,
  done: () => number,
  listener: StreamListener,
): Promise<ReadableStream<Uint8Array>> {
  let first: IteratorResult<Uint8Array, void> | null = await chunks.next();
  const interrupted = (cause: unknown): never => {
    const rows = done();
    listener.onFailure(rows);
    throw new Failed<ExportFailure>({ code: "export.interrupted", rows }, { cause });
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        listener.onPageRequested();
        const next = first ?? (await chunks.next().catch(interrupted));
        first = null;
        if (next.done) return out.close();
        out.enqueue(next.value);
      },
      async cancel() {
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
}
