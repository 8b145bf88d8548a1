import type { Ports } from "../../ports/ports.ts";
import type { Dialect } from "../csv.ts";
import { csvOfQuery } from "../csv-file.ts";
import { csvStream } from "../stream.ts";
import { type ExportRequest, rowsOfRequest } from "./request-export.ts";

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

type Needs = Pick<Ports, "reader" | "yieldToEventLoop" | "log" | "meter" | "sheets">;

/**
 * The rows of a request as a CSV that is read page by page, without a limit of rows.
 * Fails with PlatformFailure `overloaded` before the first byte; a later failure breaks the stream and is logged.
 */
export function downloadCsv(
  ports: Needs,
  request: ExportRequest,
  { company, dialect, timeZone, requestId, signal, onRead }: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { query, table } = rowsOfRequest(company, request);
  return csvStream(csvOfQuery(ports, query, { table, dialect, timeZone }, signal), {
    onPageRequested: onRead,
    onFailure(rows) {
      // A client that has left is not an error.
      const level = signal?.aborted === true ? "info" : "error";
      ports.log(level, "export.interrupted", { rows, request_id: requestId });
    },
  });
}
