import type { Context } from "hono";
import type { IngestFailure } from "../ingest/failures.ts";
import { shownName } from "../ingest/file-name.ts";
import { FORMAT_SAY, formatOf, HEAD_BYTES } from "../ingest/format.ts";
import { BATCH, type BatchLimits, DOCUMENT_BYTES } from "../ingest/limits.ts";
import type { Sent } from "../ingest/unpack.ts";
import { Failed } from "../lib/result.ts";
import { withoutDeadline } from "./deadline.ts";
import type { Env } from "./env.ts";

/** What a multipart form adds to the files in it: boundaries, headers of the parts, small fields. */
const FORM_OVERHEAD_BYTES = 65_536;

const BATCH_ROUTE = "envie o ZIP em /api/nfe/batch";
const SINGLE_FORMS = "envie o XML da nota no campo file de um formulário multipart, ou como corpo";
const BATCH_FORMS =
  "envie XML ou ZIP nos campos files de um formulário multipart, ou um ZIP como corpo";

const fail = (failure: IngestFailure): Failed<IngestFailure> => new Failed(failure);

/**
 * The document of a single upload: the field `file` of a multipart form, or the body itself; its bytes as they were sent.
 * Reads at most `maxBytes` (and the form's frame). An empty file is given as it is: the reader says what is wrong with it.
 * Fails with `unsupported_media_type` (type of the request, or a file that is plainly no XML), `too_large`,
 * `malformed_multipart`, `upload.missing_file`, and `nfe.many_notes` for several files.
 */
export async function documentOf(
  c: Context<Env>,
  maxBytes: number = DOCUMENT_BYTES,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; name: string | null }> {
  const request = c.req.raw;
  const media = mediaOf(request);
  const over = (bytes?: number) =>
    fail({ code: "too_large", maxBytes, ...(bytes === undefined ? {} : { bytes }) });
  if (media === "zip") throw unsupported("application/zip", BATCH_ROUTE);
  if (media === "other") throw unsupported(typeOf(request), SINGLE_FORMS);
  if (media !== "multipart") {
    const bytes = await withoutDeadline(c, () => bytesOf(request, maxBytes, over));
    return { bytes: looksLikeXml(bytes), name: null };
  }
  const form = await withoutDeadline(c, () =>
    formOf(request, maxBytes + FORM_OVERHEAD_BYTES, over),
  );
  const files = filesOf(form, "file");
  const [file] = files;
  if (file === undefined) throw fail({ code: "upload.missing_file", field: "file" });
  if (files.length > 1) throw fail({ code: "nfe.many_notes", count: files.length });
  if (file.size > maxBytes) throw over(file.size);
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { bytes: looksLikeXml(bytes), name: shownName(nameOf(file) ?? "") };
}

/**
 * What a batch carries, in the order sent: the fields `files` of a multipart form, or the body itself, a ZIP or one XML.
 * Reads at most `limits.sentBytes` (and the form's frame). Fails as `documentOf`, with `batch.too_large` for bytes.
 */
export async function batchOf(c: Context<Env>, limits: BatchLimits = BATCH): Promise<Sent[]> {
  const request = c.req.raw;
  const media = mediaOf(request);
  const over = (got?: number) =>
    fail({
      code: "batch.too_large",
      what: "sent",
      limit: limits.sentBytes,
      got: got ?? limits.sentBytes + 1,
    });
  if (media === "other") throw unsupported(typeOf(request), BATCH_FORMS);
  if (media !== "multipart") {
    const bytes = await withoutDeadline(c, () => bytesOf(request, limits.sentBytes, over));
    const format = formatOf(bytes.subarray(0, HEAD_BYTES));
    if (media === "zip" && format !== "zip")
      throw fail({ code: "batch.malformed_zip", why: `o corpo é ${FORMAT_SAY[format]}` });
    if (format === "empty") throw fail({ code: "upload.missing_file", field: "files" });
    if (format !== "zip" && format !== "xml") throw unsupported(FORMAT_SAY[format], BATCH_FORMS);
    return [{ name: null, blob: new Blob([bytes]) }];
  }
  const form = await withoutDeadline(c, () =>
    formOf(request, limits.sentBytes + FORM_OVERHEAD_BYTES, over),
  );
  const files = filesOf(form, "files");
  if (files.length === 0) throw fail({ code: "upload.missing_file", field: "files" });
  return files.map((file) => ({ name: nameOf(file), blob: file }));
}

/**
 * A ZIP as the body that is larger than what a request may hold, as it comes: of the size that its Content-Length says (the
 * runtime ends it there). Null for everything else. Fails with `batch.too_large` over `limits.sentBytes`.
 */
export function largeZipOf(
  c: Context<Env>,
  inRequest: number,
  limits: BatchLimits = BATCH,
): ReadableStream<Uint8Array> | null {
  const request = c.req.raw;
  const media = mediaOf(request);
  const got = Number(request.headers.get("content-length") ?? 0);
  if ((media !== "zip" && media !== "raw") || !(got > inRequest)) return null;
  const limit = limits.sentBytes;
  if (got > limit) throw fail({ code: "batch.too_large", what: "sent", limit, got });
  return request.body;
}

type Media = "multipart" | "xml" | "zip" | "raw" | "other";

/** The request's own Content-Type; absent or octet-stream says nothing, and the bytes speak. */
function mediaOf(request: Request): Media {
  const type = typeOf(request);
  if (type === "multipart/form-data") return "multipart";
  if (type === "" || type === "application/octet-stream") return "raw";
  if (/^(application|text)\/([\w.-]+\+)?xml$/.test(type)) return "xml";
  if (/^application\/(x-)?zip(-compressed)?$/.test(type)) return "zip";
  return "other";
}

const typeOf = (request: Request): string =>
  (request.headers.get("content-type") ?? "")
    .split(";", 1)
    .join("")
    .trim()
    .toLowerCase()
    .slice(0, 100);

const unsupported = (got: string, hint: string): Failed<IngestFailure> =>
  fail({ code: "unsupported_media_type", got, hint });

function looksLikeXml(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const format = formatOf(bytes.subarray(0, HEAD_BYTES));
  if (format === "xml" || format === "empty") return bytes;
  const say = FORMAT_SAY[format];
  // That it is no XML is said already.
  if (format === "other") throw unsupported(say, SINGLE_FORMS);
  throw unsupported(say, `o arquivo é ${say}; ${format === "zip" ? BATCH_ROUTE : SINGLE_FORMS}`);
}

/** Parts with a file name. A part without one has been decoded as text already, and its bytes are lost. */
const filesOf = (form: Form, field: string): File[] =>
  form
    .getAll(field)
    .filter((part) => typeof part !== "string")
    .filter((part) => part.size > 0 || nameOf(part) !== null);

/** Bun leaves the name undefined where the form says `filename=""`, which is what a browser sends for no choice. */
const nameOf = (file: File): string | null => (file.name ? file.name : null);

/** The part of FormData that both runtimes' types agree on. */
interface Form {
  getAll(name: string): (File | string)[];
}

type Over = (bytes?: number) => Failed<IngestFailure>;

async function bytesOf(
  request: Request,
  maxBytes: number,
  over: Over,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await taken(request, maxBytes, over, (body) => body.arrayBuffer()));
  if (bytes.length > maxBytes) throw over(bytes.length);
  return bytes;
}

async function formOf(request: Request, maxBytes: number, over: Over): Promise<Form> {
  try {
    return await taken<Form>(request, maxBytes, over, (body) => body.formData());
  } catch (error) {
    if (error instanceof Failed) throw error;
    const boundary = /;\s*boundary=/i.test(request.headers.get("content-type") ?? "");
    throw fail({
      code: "malformed_multipart",
      why: boundary ? "o corpo está truncado ou fora do formato" : "falta o parâmetro boundary",
    });
  }
}

/**
 * Takes a body of at most `maxBytes`. A Content-Length is believed, because the runtime ends the body there; a chunked body is
 * counted while it is read, and let go at the first byte over the bound.
 */
async function taken<T>(
  request: Request,
  maxBytes: number,
  over: Over,
  take: (body: Request | Response) => Promise<T>,
): Promise<T> {
  const header = request.headers.get("content-length") ?? "";
  if (/^\d{1,15}$/.test(header)) {
    if (Number(header) > maxBytes) throw over(Number(header));
    return take(request);
  }
  let read = 0;
  const counted = request.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, out) {
        read += chunk.byteLength;
        if (read > maxBytes) throw over();
        out.enqueue(chunk);
      },
    }),
  );
  const type = request.headers.get("content-type");
  const headers: Record<string, string> = type === null ? {} : { "content-type": type };
  try {
    return await take(new Response(counted ?? null, { headers }));
  } catch (error) {
    // A runtime may wrap what the transform threw.
    throw read > maxBytes ? over() : error;
  }
}
