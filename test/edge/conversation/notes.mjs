import assert from "node:assert/strict";
import { BOUNDARY, ended, FORM, form, post, XML } from "./words.mjs";

/** Of documents. */
export const notes = {
  async "one note at a time"({ ask, documents, keys }) {
    const upload = (what, name, query = "", headers = XML) =>
      ask(`${what} (${name})`, ({ OPERADOR }) => ({
        method: "POST",
        path: `/api/nfe/upload${query}`,
        headers,
        body: documents[name],
        as: OPERADOR,
      }));
    await upload("raw", "first");
    await upload("again", "first");
    await upload("other content", "differs");
    await upload("approved", "approved", "?approve=true");
    await upload("without a protocol", "bare");
    await upload("with its protocol", "complete");
    await upload("complete already", "complete");
    for (const name of ["homologation", "service", "return", "retail", "exit", "odd"])
      await upload("to be judged", name, "?approve=true");
    for (const name of ["latin", "unsaid"]) await upload("windows-1252", name);
    await upload("to be cancelled", "cancelled", "?approve=true");
    for (const name of ["cancel", "cancel", "cancelEarly", "early", "letter"])
      await upload("events", name);
    for (const name of ["broken", "many", "invalid", "truncated", "doctype", "pdf", "empty", "zip"])
      await upload("refused", name);
    for (const name of Object.keys(documents).filter((one) => one.startsWith("other ")))
      await upload("no note", name);
    await upload("as a picture", "spare", "", { "content-type": "image/png" });
    await upload("as bytes", "spare", "", { "content-type": "application/octet-stream" });
    await upload("a bad query", "spare", "?approve=maybe");
    const multipart = (what, body, headers = FORM) =>
      ask(`multipart: ${what}`, { method: "POST", path: "/api/nfe/upload", headers, body });
    await multipart("a file", form(["file", "nota.xml", documents.multipart]));
    await multipart("another field", form(["outro", "nota.xml", documents.multipart]));
    await multipart("cut off", form(["file", "nota.xml", documents.multipart]).subarray(0, 300));
    await multipart("of nothing", Buffer.from(`--${BOUNDARY}--\r\n`));
    await multipart("without a boundary", form(["file", "a.xml", documents.first]), {
      "content-type": "multipart/form-data",
    });
    await multipart("a PDF", form(["file", "a.pdf", documents.pdf]));
    await ask("too large", {
      method: "POST",
      path: "/api/nfe/upload",
      headers: XML,
      body: Buffer.alloc(10 * 1024 * 1024 + 1, "<a>"),
    });
    await ask("not for who only reads", ({ VISUALIZADOR }) => ({
      method: "POST",
      path: "/api/nfe/upload",
      headers: XML,
      body: documents.spare,
      as: VISUALIZADOR,
    }));
    assert.equal(keys.first.length, 44);
  },

  async "what becomes of a note"({ ask, keys }) {
    const of = (name) => `/api/nfes/${keys[name]}`;
    for (const query of [
      "",
      "?page=2&limit=3",
      "?limit=1000",
      "?limit=0",
      "?page=x",
      "?status=PROCESSADA",
      "?status=NADA",
      "?direction=ENTRADA",
      "?search=&from=&to=",
      "?from=2026-01-01&to=2026-12-31",
      "?from=2026-02-30",
      "?supplier=11222333000181",
      "?product_code=1",
    ])
      await ask(`notes ${query}`, { path: `/api/nfes${query}` });
    for (const name of Object.keys(keys)) await ask(`the note ${name}`, { path: of(name) });
    // Asked for just before: what an event that arrives meanwhile has changed is not kept.
    await ask(
      "with NFe before its key",
      { path: `/api/nfes/NFe${keys.first}` },
      { without: ["x-cache"] },
    );
    await ask("a note that is not there", {
      path: "/api/nfes/35260911222333000181550010000001231000000420",
    });
    for (const name of ["first", "latin", "bare"])
      await ask(`the bytes of ${name}`, { path: `${of(name)}/xml` });
    for (const name of ["first", "latin", "bare"]) {
      await ask(`the paper of ${name}`, { path: `${of(name)}/danfe` });
      // Their deflate differs, so that their bytes do: the texts are those of the paper above.
      await ask(
        `the PDF of ${name}`,
        { path: `${of(name)}/danfe.pdf` },
        { like: ({ status, headers, body }) => ({ status, headers, begins: body.slice(0, 8) }) },
      );
    }
    await ask("what approving would do", {
      method: "POST",
      path: `${of("first")}/process?dry_run=true`,
    });
    await ask("approved", { method: "POST", path: `${of("first")}/process` });
    await ask("approved twice", { method: "POST", path: `${of("first")}/process` });
    await ask("held", { method: "POST", path: `${of("homologation")}/process` });
    await ask(
      "not to be overridden",
      post(`${of("homologation")}/process`, { override: ["homologation"] }, undefined),
    );
    await ask(
      "corrected",
      post(`${of("multipart")}/process`, {
        items: [{ n_item: 1, product_code: "NOVO/1", factor: 12 }],
      }),
    );
    await ask(
      "a correction of no item",
      post(`${of("latin")}/process`, { items: [{ n_item: 99 }] }),
    );
    await ask("discarded", post(`${of("latin")}/discard`, { reason: "não é nossa" }));
    await ask("discarded without a reason", post(`${of("unsaid")}/discard`, {}));
    await ask("restored", { method: "POST", path: `${of("latin")}/restore` });
    await ask("discarding what was posted", post(`${of("first")}/discard`, { reason: "não" }));
  },

  async "many documents at once, now and later"({ ask, documents }) {
    const batch = (what, query, body, headers = FORM) =>
      ask(`a batch: ${what}`, { method: "POST", path: `/api/nfe/batch${query}`, headers, body });
    const zip = { "content-type": "application/zip" };
    await batch("rehearsed", "?dry_run=true", documents.zip, zip);
    await batch("a ZIP as the body", "?approve=true", documents.zip, zip);
    await batch("a ZIP cut off", "", documents.zip.subarray(0, 900), zip);
    const fewer = Uint8Array.from(documents.zip);
    for (const count of [14, 12]) fewer[fewer.length - count] -= 1;
    await batch("a ZIP that counts fewer documents than it lists", "", fewer, zip);
    await batch(
      "files",
      "",
      form(
        ["files", "a.xml", documents.spare],
        ["files", "a.xml", documents.spare],
        ["files", "b.zip", documents.zip],
        ["files", "c.pdf", documents.pdf],
        ["files", "d.xml", documents.truncated],
        ["outro", "e.xml", documents.first],
      ),
    );
    await batch("of nothing", "", form());
    await batch("a type that is none", "", documents.zip, { "content-type": "text/csv" });
    await batch("rehearsed later", "?async=true&dry_run=true", documents.zip, zip);
    const answers = () =>
      form(
        ["files", "dist.xml", documents.distribution],
        ["files", "consulta.xml", documents.query],
        ["files", "danificado.xml", documents.damagedZips],
      );
    await batch("answers of the tax office, rehearsed", "?dry_run=true", answers());
    await batch("answers of the tax office", "?approve=true", answers());
    const path = "/api/nfe/batch?async=true&approve=true";
    const later = (what, body, headers = FORM) =>
      ask(
        `a batch for later: ${what}`,
        { method: "POST", path, headers, body },
        {
          keep: (answer, known) => {
            known[what] = answer.job_id;
          },
        },
      );
    await later(
      "files",
      form(
        ["files", "q.xml", documents.queued],
        ["files", "r.xml", documents.broken],
        ["files", "s.pdf", documents.pdf],
      ),
    );
    await later("zip", documents.zip, zip);
    await later("answers", answers());
    await ended(ask, "the job of answers", (known) => `/api/jobs/${known.answers}`);
    await ended(ask, "the job of files", (known) => `/api/jobs/${known.files}`);
    await ended(ask, "the job of a ZIP", (known) => `/api/jobs/${known.zip}`);
    await ask("nothing to replay", (known) => ({
      method: "POST",
      path: `/api/jobs/${known.zip}/replay`,
    }));
    await ask("no such job", { path: "/api/jobs/no-such-job" });
    for (const query of ["", "?limit=1", "?state=done", "?state=odd"])
      await ask(`the jobs ${query}`, { path: `/api/jobs${query}` });
  },
};
