import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { Env } from "../../../src/http/env.ts";
import { toProblem } from "../../../src/http/problem.ts";
import { readBatch, readDocument } from "../../../src/http/request/upload-body.ts";
import { DOCUMENT_BYTES } from "../../../src/ingest/upload/limits.ts";
import { hex } from "../../../src/lib/hash.ts";
import { rawZip } from "../../support/zips/raw-zip.ts";

const app = new Hono<Env>();
app.onError(toProblem);
app.post("/one", async (c) => {
  const { bytes, name } = await readDocument(c);
  return c.json({ size: bytes.length, hex: hex(bytes.subarray(0, 64)), name });
});
app.post("/many", async (c) =>
  c.json((await readBatch(c)).map(({ name, blob }) => ({ name, size: blob.size }))),
);

const LATIN1 = Uint8Array.of(0x3c, 0x61, 0x3e, 0xe7, 0xe3, 0x3c, 0x2f, 0x61, 0x3e);
const ZIP = rawZip([{ name: "a.xml", bytes: "<a/>" }]);
const PDF = new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>");

type Body = string | Uint8Array<ArrayBuffer> | FormData | ReadableStream<Uint8Array>;
const post = async (path: "/one" | "/many", body: Body, type?: string) => {
  const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
  // A body of bytes gets no Content-Type, so that `null` means an absent one.
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const answer = await app.request(path, { method: "POST", body: bytes, headers });
  return { status: answer.status, body: await answer.json() };
};

function form(...parts: [field: string, bytes: Uint8Array<ArrayBuffer> | string, name: string][]) {
  const data = new FormData();
  for (const [field, bytes, name] of parts) data.append(field, new File([bytes], name));
  return data;
}

/** An endless body of 64 KiB chunks, with or without a Content-Length; counts the chunks that were read. */
function endless() {
  const taken = { chunks: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(out) {
        taken.chunks += 1;
        out.enqueue(new Uint8Array(65_536).fill(0x3c));
      },
      cancel() {
        taken.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, taken };
}

describe("one document", () => {
  test("is received with its bytes unchanged, as the body or as the field file", async () => {
    for (const type of [
      "application/xml",
      "text/xml; charset=utf-8",
      "application/nfe+xml",
      "application/octet-stream",
      undefined,
    ])
      expect(await post("/one", LATIN1, type)).toEqual({
        status: 200,
        body: { size: 9, hex: hex(LATIN1), name: null },
      });
    expect(await post("/one", form(["outro", "x", "x"], ["file", LATIN1, "ação.xml"]))).toEqual({
      status: 200,
      body: { size: 9, hex: hex(LATIN1), name: "ação.xml" },
    });
  });

  test("may begin with a byte order mark, blanks, or be UTF-16", async () => {
    for (const bytes of [
      Uint8Array.of(0xef, 0xbb, 0xbf, 0x0d, 0x0a, 0x3c),
      Uint8Array.of(0xff, 0xfe, 0x20, 0, 0x3c, 0),
      Uint8Array.of(0xfe, 0xff, 0, 0x3c),
      Uint8Array.of(0x3c, 0, 0x61, 0),
      new TextEncoder().encode(`lixo antes${LATIN1}<a/>`),
    ])
      expect((await post("/one", bytes)).status).toBe(200);
  });

  test("that is empty is passed on to the XML reader", async () => {
    expect(await post("/one", "", "application/xml")).toMatchObject({ body: { size: 0 } });
    expect(await post("/one", form(["file", "", "a.xml"]))).toMatchObject({ body: { size: 0 } });
    expect(await post("/one", " \r\n", "text/xml")).toMatchObject({ body: { size: 3 } });
  });

  test("with another Content-Type is 415, whatever its bytes are", async () => {
    for (const type of [
      "application/json",
      "text/plain;charset=UTF-8",
      "application/x-www-form-urlencoded",
      "multipart/mixed; boundary=x",
      "image/png",
    ])
      expect(await post("/one", LATIN1, type)).toMatchObject({
        status: 415,
        body: { code: "unsupported_media_type" },
      });
  });

  test("that is not XML is 415, with the batch route as the hint for a ZIP", async () => {
    const other = new Uint8Array(3_000).fill(0x61);
    other[1_500] = 0x3c;
    const binary = Uint8Array.of(1, 0, 0, 0x3c, 0x61);
    for (const bytes of [PDF, Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x3c), other, binary]) {
      expect((await post("/one", bytes)).status).toBe(415);
      expect((await post("/one", form(["file", bytes, "nota.xml"]))).status).toBe(415);
    }
    for (const answer of [
      await post("/one", ZIP, "application/zip"),
      await post("/one", ZIP, "application/octet-stream"),
      await post("/one", form(["file", ZIP, "notas.zip"])),
    ]) {
      expect(answer.status).toBe(415);
      expect(JSON.stringify(answer.body)).toContain("/api/nfe/batch");
    }
  });

  test("has a limit of 10 MiB, as the body or in a form", async () => {
    const full = new Uint8Array(DOCUMENT_BYTES + 1).fill(0x3c);
    const just = full.subarray(1);
    expect((await post("/one", just, "application/xml")).status).toBe(200);
    expect((await post("/one", form(["file", just, "a.xml"]))).status).toBe(200);
    for (const answer of [
      await post("/one", full, "application/xml"),
      await post("/one", form(["file", full, "a.xml"])),
    ])
      expect(answer).toMatchObject({ status: 413, body: { code: "too_large" } });
  });

  test("without a Content-Length is counted while it is read, and refused at the limit", async () => {
    for (const type of ["application/xml", "multipart/form-data; boundary=x"]) {
      const { stream, taken } = endless();
      expect(await post("/one", stream, type)).toMatchObject({
        status: 413,
        body: { code: "too_large" },
      });
      expect(taken.chunks * 65_536).toBeLessThan(DOCUMENT_BYTES + 10 * 65_536);
      expect(taken.cancelled).toBe(true);
    }
  });

  test("that declares too many bytes is refused before any is read", async () => {
    const { stream, taken } = endless();
    const answer = await app.request("/one", {
      method: "POST",
      body: stream,
      headers: { "content-type": "application/xml", "content-length": "99999999999" },
    });
    expect(answer.status).toBe(413);
    expect(taken.chunks).toBe(0);
  });
});

describe("an incomplete form", () => {
  const PART = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.xml"\r\n\r\n<a/>';

  test("that is truncated or lacks its boundary is 400 malformed_multipart", async () => {
    for (const path of ["/one", "/many"] as const)
      for (const [body, type] of [
        [PART, "multipart/form-data; boundary=x"],
        [`${PART}\r\n--x--\r\n`, "multipart/form-data"],
        [`${PART}\r\n--x--\r\n`, "multipart/form-data; boundary=y"],
        ["", "multipart/form-data; boundary=x"],
      ] as const)
        expect(await post(path, body, type)).toMatchObject({
          status: 400,
          body: { code: "malformed_multipart" },
        });
  });

  test("without the file is 400 upload.missing_file with the field's name", async () => {
    const text = new FormData();
    text.append("file", "<a/>");
    text.append("files", "<a/>");
    const unchosen =
      '--x\r\ncontent-disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n';
    for (const answer of [
      await post("/one", form(["files", LATIN1, "a.xml"])),
      await post("/one", text),
      await post("/one", unchosen, "multipart/form-data; boundary=x"),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "upload.missing_file", field: "file" },
      });
    for (const answer of [
      await post("/many", form(["file", LATIN1, "a.xml"])),
      await post("/many", text),
      await post("/many", ""),
    ])
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "upload.missing_file", field: "files" },
      });
  });

  test("with several files on the single route is refused with the batch route as the hint", async () => {
    const two = form(["file", LATIN1, "a.xml"], ["file", LATIN1, "b.xml"]);
    expect(await post("/one", two)).toMatchObject({
      status: 422,
      body: { code: "nfe.many_notes", count: 2 },
    });
  });
});

describe("a batch", () => {
  test("is any number of files, in the order sent", async () => {
    const parts = form(
      ["files", LATIN1, "b.xml"],
      ["files", ZIP, "a.zip"],
      ["files", PDF, "c.pdf"],
    );
    expect(await post("/many", parts)).toEqual({
      status: 200,
      body: [
        { name: "b.xml", size: 9 },
        { name: "a.zip", size: ZIP.length },
        { name: "c.pdf", size: PDF.length },
      ],
    });
  });

  test("may name its fields as PHP does, files[] or files[0], and no other way", async () => {
    const parts = form(
      ["files[]", LATIN1, "a.xml"],
      ["files[0]", LATIN1, "b.xml"],
      ["files[12]", LATIN1, "c.xml"],
      ["files[x]", LATIN1, "d.xml"],
      ["files[0][1]", LATIN1, "e.xml"],
      ["files]", LATIN1, "f.xml"],
    );
    const size = LATIN1.length;
    expect(await post("/many", parts)).toEqual({
      status: 200,
      body: ["a.xml", "b.xml", "c.xml"].map((name) => ({ name, size })),
    });
  });

  test("may be one ZIP or one XML as the body", async () => {
    for (const [bytes, type] of [
      [ZIP, "application/zip"],
      [ZIP, "application/x-zip-compressed"],
      [ZIP, undefined],
      [LATIN1, "application/xml"],
    ] as const)
      expect(await post("/many", bytes, type)).toEqual({
        status: 200,
        body: [{ name: null, size: bytes.length }],
      });
  });

  test("that is neither XML nor ZIP is 415, and an invalid ZIP is malformed", async () => {
    expect((await post("/many", PDF)).status).toBe(415);
    expect((await post("/many", "{}", "application/json")).status).toBe(415);
    expect(await post("/many", LATIN1, "application/zip")).toMatchObject({
      status: 422,
      body: { code: "batch.malformed_zip" },
    });
  });

  test("has a limit of 50 MiB, applied while it arrives", async () => {
    const { stream, taken } = endless();
    expect(await post("/many", stream, "application/zip")).toMatchObject({
      status: 413,
      body: { code: "batch.too_large", what: "sent", limit: 50 * 1_048_576 },
    });
    expect(taken.chunks).toBeLessThan(820);
    expect(taken.cancelled).toBe(true);
  });
});
