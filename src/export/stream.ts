import { Failed } from "../lib/result.ts";
import type { SheetLines } from "../ports/sheets.ts";
import type { CsvFile } from "./csv-file.ts";
import type { ExportFailure } from "./failures.ts";

/** Callbacks of a stream. */
export interface StreamListener {
  /** The reader has asked for another page. */
  onPageRequested(): void;
  /** The pages failed after `rows` rows. */
  onFailure(rows: number): void;
}

/**
 * A CSV file as a stream: a page is read when the reader has taken the one before, and at most one waits. Cancelling the
 * stream ends the pages. The first page is read before this resolves, so that its failure can still be answered; a later
 * failure errors the stream with `export.interrupted`, and the connection is reset: an incomplete file never looks complete.
 */
export async function csvStream(
  { head, pages }: CsvFile,
  watch: StreamListener,
): Promise<ReadableStream<Uint8Array>> {
  let first: IteratorResult<SheetLines, void> | null = await pages.next();
  let rows = 0;
  const source = new ReadableStream<SheetLines>(
    {
      async pull(out) {
        watch.onPageRequested();
        const next = first ?? (await pages.next().catch(interrupted));
        first = null;
        if (next.done) return out.close();
        rows += next.value.rows;
        out.enqueue(next.value);
      },
      async cancel() {
        await pages.return();
      },
    },
    { highWaterMark: 0 },
  );
  const interrupted = (cause: unknown): never => {
    watch.onFailure(rows);
    throw new Failed<ExportFailure>({ code: "export.interrupted", rows }, { cause });
  };
  return source.pipeThrough(
    new TransformStream<SheetLines, Uint8Array>({
      start: (out) => out.enqueue(new TextEncoder().encode(head)),
      transform: (page, out) => {
        if (page.rows > 0) out.enqueue(page.bytes);
      },
    }),
  );
}
