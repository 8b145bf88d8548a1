import type { Context } from "hono";
import { shownName } from "../../ingest/upload/file-name.ts";
import { FORMAT_SAY, formatOf, HEAD_BYTES } from "../../ingest/upload/format.ts";
import { BATCH_LIMITS, type BatchLimits, DOCUMENT_BYTES } from "../../ingest/upload/limits.ts";
import type { SentFile } from "../../ingest/upload/unpack.ts";
import type { IngestFailure } from "../../ingest/verdict/failures.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { declaredBytes, readBodyBytes } from "../middleware/body-bytes.ts";
import { withDeadlinePaused } from "../middleware/deadline.ts";
import { type FormPart, readForm } from "./multipart.ts";

/** Bytes that a multipart form may add to its files: boundaries, part headers, small fields. */
export const FORM_OVERHEAD_BYTES = 65_536;

const BATCH_ROUTE = "envie o ZIP em /api/nfe/batch";
const SINGLE_FORMS = "envie o XML da nota no campo file de um formulário multipart, ou como corpo";
const BATCH_FORMS =
  "envie XML ou ZIP nos campos files de um formulário multipart, ou um ZIP como corpo";

const fail = (failure: IngestFailure): Failed<IngestFailure> => new Failed(failure);

/**
 * The document of a single upload: the field `file` of a multipart form, or the body itself; its bytes unchanged. At most
 * `maxBytes` are read (for a form, FORM_OVERHEAD_BYTES more). An empty file is returned: the XML reader refuses it.
 * Fails with `unsupported_media_type` (the request's type, or a file that is clearly not XML), `too_large`,
 * `malformed_multipart`, `upload.missing_file`, and `nfe.many_notes` for several files.
 */
export async function readDocument(
  c: Context<Env>,
  maxBytes: number = DOCUMENT_BYTES,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string | null }> {
  const request = c.req.raw;
  const media = mediaOf(request);
  const over = (bytes?: number) =>
    fail({ code: "too_large", maxBytes, ...(bytes === undefined ? {} : { bytes }) });
  if (media === "zip") throw unsupported("application/zip", BATCH_ROUTE);
  if (media === "other") throw unsupported(mediaTypeOf(request), SINGLE_FORMS);
  if (media !== "multipart") {
    const bytes = await withDeadlinePaused(c, () => readBodyBytes(c, maxBytes, over));
    return { bytes: requireXml(bytes), name: null };
  }
  const files = await filesOf(c, "file", maxBytes, over);
  const [file] = files;
  if (file === undefined) throw fail({ code: "upload.missing_file", field: "file" });
  if (files.length > 1) throw fail({ code: "nfe.many_notes", count: files.length });
  if (file.bytes.length > maxBytes) throw over(file.bytes.length);
  return { bytes: requireXml(file.bytes), name: shownName(file.filename ?? "") };
}

/**
 * The files of a batch, in the order sent: the fields `files` of a multipart form (also `files[]` and `files[0]`, as PHP names
 * them), or the body itself, a ZIP or one XML.
 * At most `limits.sentBytes` are read (for a form, FORM_OVERHEAD_BYTES more). Fails as `readDocument`, and with `batch.too_large`.
 */
export async function readBatch(
  c: Context<Env>,
  limits: BatchLimits = BATCH_LIMITS,
): Promise<SentFile[]> {
  const request = c.req.raw;
  const media = mediaOf(request);
  const over = (got?: number) =>
    fail({
      code: "batch.too_large",
      what: "sent",
      limit: limits.sentBytes,
      got: got ?? limits.sentBytes + 1,
    });
  if (media === "other") throw unsupported(mediaTypeOf(request), BATCH_FORMS);
  if (media !== "multipart") {
    const bytes = await withDeadlinePaused(c, () => readBodyBytes(c, limits.sentBytes, over));
    const format = formatOf(bytes.subarray(0, HEAD_BYTES));
    if (media === "zip" && format !== "zip")
      throw fail({ code: "batch.malformed_zip", why: `o corpo é ${FORMAT_SAY[format]}` });
    if (format === "empty") throw fail({ code: "upload.missing_file", field: "files" });
    if (format !== "zip" && format !== "xml") throw unsupported(FORMAT_SAY[format], BATCH_FORMS);
    return [{ name: null, blob: new Blob([bytes]) }];
  }
  const files = await filesOf(c, "files", limits.sentBytes, over);
  if (files.length === 0) throw fail({ code: "upload.missing_file", field: "files" });
  return files.map(({ filename, bytes }) => ({ name: filename || null, blob: new Blob([bytes]) }));
}

/**
 * The body as a stream, when it is a ZIP that declares more than `inRequest` bytes, which one request may hold in memory; null
 * otherwise. The runtime ends the stream at its Content-Length. Fails with `batch.too_large` over `limits.sentBytes`.
 */
export function largeZipStream(
  c: Context<Env>,
  inRequest: number,
  limits: BatchLimits = BATCH_LIMITS,
): ReadableStream<Uint8Array> | null {
  const request = c.req.raw;
  const media = mediaOf(request);
  const got = declaredBytes(request.headers) ?? 0;
  if ((media !== "zip" && media !== "raw") || !(got > inRequest)) return null;
  const limit = limits.sentBytes;
  if (got > limit) throw fail({ code: "batch.too_large", what: "sent", limit, got });
  return request.body;
}

type Media = "multipart" | "xml" | "zip" | "raw" | "other";

/** The kind of body by its Content-Type; `raw` (absent or octet-stream) is decided by the bytes. */
function mediaOf(request: Request): Media {
  const type = mediaTypeOf(request);
  if (type === "multipart/form-data") return "multipart";
  if (type === "" || type === "application/octet-stream") return "raw";
  if (/^(application|text)\/([\w.-]+\+)?xml$/.test(type)) return "xml";
  if (/^application\/(x-)?zip(-compressed)?$/.test(type)) return "zip";
  return "other";
}

/** The media type of a request, in lower case and without its parameters; empty where it has none. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get("content-type") ?? "")
    .split(";", 1)
    .join("")
    .trim()
    .toLowerCase()
    .slice(0, 100);

const unsupported = (got: string, hint: string): Failed<IngestFailure> =>
  fail({ code: "unsupported_media_type", got, hint });

function requireXml(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const format = formatOf(bytes.subarray(0, HEAD_BYTES));
  if (format === "xml" || format === "empty") return bytes;
  const say = FORMAT_SAY[format];
  // The failure's own sentence says already that it is not XML.
  if (format === "other") throw unsupported(say, SINGLE_FORMS);
  throw unsupported(say, `o arquivo é ${say}; ${format === "zip" ? BATCH_ROUTE : SINGLE_FORMS}`);
}

type Over = (bytes?: number) => Failed<IngestFailure>;

/** The files of a form's field, in the order sent; a file field that the user left empty (no name, no bytes) is skipped. */
export async function filesOf(
  c: Context<Env>,
  field: string,
  maxBytes: number,
  over: Over,
): Promise<FormPart[]> {
  const bytes = await withDeadlinePaused(c, () =>
    readBodyBytes(c, maxBytes + FORM_OVERHEAD_BYTES, over),
  );
  const form = readForm(bytes, c.req.raw.headers.get("content-type") ?? "");
  if (!form.ok) throw fail({ code: "malformed_multipart", why: FAULTS[form.error] });
  return form.value.filter(
    ({ name, filename, bytes: { length } }) =>
      name.replace(/\[\d{0,5}\]$/, "") === field &&
      filename !== null &&
      (length > 0 || filename !== ""),
  );
}

const FAULTS = {
  no_boundary: "falta o parâmetro boundary",
  malformed: "o corpo está truncado ou fora do formato",
  too_many: "há partes demais",
};
