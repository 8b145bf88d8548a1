import type { Ports } from "../ports/ports.ts";
import type { MovementFilter } from "../stock/ledger.ts";
import type { LevelFilter } from "../stock/levels.ts";
import type { Dialect } from "./csv.ts";
import { MOVEMENTS, movementKeyset } from "./movements.ts";
import { type KeysetQuery, pages } from "./pages.ts";
import { sheet, type Table } from "./sheet.ts";
import { STOCK, stockKeyset } from "./stock.ts";
import { csvStream } from "./stream.ts";

/** The company, the format and the lifetime of a download. */
export interface DownloadOptions {
  readonly company: number;
  readonly dialect: Dialect;
  /** The IANA zone in which instants are shown. */
  readonly timeZone: string;
  readonly requestId: string;
  /** Ends the reading between two pages. */
  readonly signal?: AbortSignal | undefined;
  /** Called each time the client asks for more. */
  onRead(): void;
}

type Needs = Pick<Ports, "reader" | "yieldToEventLoop" | "log" | "meter">;

/** All movements that match a filter, newest first, as a CSV that is read page by page; no limit of rows. */
export const exportMovements = (
  ports: Needs,
  filter: MovementFilter,
  wanted: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> =>
  download(ports, movementKeyset(wanted.company, filter), MOVEMENTS, wanted);

/** The balance of each active product that matches a filter, by name, as a CSV; no limit of rows. */
export const exportStock = (
  ports: Needs,
  filter: LevelFilter,
  wanted: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> =>
  download(ports, stockKeyset(wanted.company, filter), STOCK, wanted);

/** Fails with PlatformFailure `overloaded` before the first byte; a later failure breaks the stream and is logged. */
function download(
  ports: Needs,
  query: KeysetQuery,
  table: Table,
  { dialect, timeZone, requestId, signal, onRead }: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  return csvStream(pages(ports, query, signal), sheet(table, dialect, timeZone), {
    onPageRequested: onRead,
    onFailure(rows) {
      // A client that has left is not an error.
      const level = signal?.aborted === true ? "info" : "error";
      ports.log(level, "export.interrupted", { rows, request_id: requestId });
    },
  });
}
