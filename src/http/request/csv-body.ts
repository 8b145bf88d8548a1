import type { Context } from "hono";
import type { IngestFailure } from "../../ingest/verdict/failures.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { readBodyBytes } from "../middleware/body-bytes.ts";
import { withDeadlinePaused } from "../middleware/deadline.ts";
import { filesOf, mediaTypeOf } from "./upload-body.ts";

/** Most bytes of a CSV. */
export const CSV_BYTES = 1024 * 1024;

/** Types of a CSV body: Windows has Excel's for a .csv file. */
const CSV_TYPE =
  /^(?:|text\/(?:csv|plain)|application\/(?:csv|vnd\.ms-excel|octet-stream)|text\/x-csv)$/;
const FORMS = "envie o CSV no campo file de um formulário multipart, ou como corpo (text/csv)";

/**
 * The CSV of a request: the field `file` of a multipart form, or the body itself; at most CSV_BYTES. Fails with
 * `unsupported_media_type`, `too_large`, `malformed_multipart`, `upload.missing_file`.
 */
export async function readCsvFile(c: Context<Env>): Promise<Uint8Array<ArrayBuffer>> {
  const maxBytes = CSV_BYTES;
  const fail = (failure: IngestFailure) => new Failed<IngestFailure>(failure);
  const over = (bytes?: number) =>
    fail({ code: "too_large", maxBytes, ...(bytes === undefined ? {} : { bytes }) });
  const got = mediaTypeOf(c.req.raw);
  if (got !== "multipart/form-data") {
    if (!CSV_TYPE.test(got)) throw fail({ code: "unsupported_media_type", got, hint: FORMS });
    return withDeadlinePaused(c, () => readBodyBytes(c, maxBytes, over));
  }
  const files = await filesOf(c, "file", maxBytes, over);
  const [file] = files;
  if (file === undefined) throw fail({ code: "upload.missing_file", field: "file" });
  if (files.length > 1)
    throw fail({ code: "malformed_multipart", why: "o campo file traz mais de um arquivo" });
  if (file.bytes.length > maxBytes) throw over(file.bytes.length);
  return file.bytes;
}
