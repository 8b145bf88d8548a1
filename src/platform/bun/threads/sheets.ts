import type { Config } from "../../../config.ts";
import { trusted } from "../../../lib/cast.ts";
import { Failed } from "../../../lib/result.ts";
import type { PlatformFailure } from "../../../ports/failures.ts";
import type { SheetLines, SheetThread } from "../../../ports/sheets.ts";
import { threadPool } from "./thread-pool.ts";

const SHEETS = new URL("../../../sheets.worker.ts", import.meta.url);

export interface BunSheets extends SheetThread {
  close(): void;
}

/** Ports.sheets on Bun: one thread with a small heap, started by the first export. */
export function bunSheets(
  settings: Pick<Config, "MAX_IN_FLIGHT" | "NFE_TIMEOUT_MS">,
  script: URL = SHEETS,
): BunSheets {
  const pool = threadPool(script, {
    threads: 1,
    // Each export waits for one page, and the limits of a user, a company and the whole have refused the others already.
    queue: settings.MAX_IN_FLIGHT,
    timeoutMs: settings.NFE_TIMEOUT_MS,
    // The page went with the thread.
    tries: 1,
    smallHeap: true,
  });
  return {
    async lines(question, signal) {
      const { slice } = question;
      // A small one of a remote database may share its buffer.
      const own = slice.byteLength === slice.buffer.byteLength ? slice : slice.slice();
      const outcome = await pool.ask(
        () => ({ question: { ...question, slice: own }, transfer: [own.buffer] }),
        signal,
      );
      if (outcome.kind === "answered") return trusted<SheetLines>(outcome.answer);
      throw new Failed<PlatformFailure>({ code: "overloaded", what: "reader", retryAfterS: 1 });
    },
    close: pool.close,
  };
}
