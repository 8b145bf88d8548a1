import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { ADMIN } from "./world.mjs";

const BOUNDARY = "----parity";
const XML = { "content-type": "application/xml" };
const FORM = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
const ROLES = ["VISUALIZADOR", "OPERADOR", "GERENTE", "ADMIN"];
const json = { "content-type": "application/json" };

/** A multipart body, byte by byte, so that both sides get the same. */
const form = (...parts) =>
  Buffer.concat([
    ...parts.flatMap(([field, name, bytes]) => [
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n`,
      ),
      bytes,
      Buffer.from("\r\n"),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ]);

const post = (path, body, as) => ({ method: "POST", path, json: body, as });

/** Asks for a job until it has ended, on each side; what it then says is compared. */
async function ended(ask, what, pathOf) {
  for (let tries = 0; tries < 400; tries += 1) {
    const states = [];
    await ask(`${what}, so far`, (known) => ({ path: pathOf(known) }), {
      keep: (body) => states.push(body.state),
      like: () => null,
    });
    if (states.every((state) => state === "done" || state === "failed"))
      return ask(what, (known) => ({ path: pathOf(known) }));
    await pause(25);
  }
  return assert.fail(`${what} did not end`);
}

/**
 * What clients say, chapter by chapter; each goes on from those before. `ask` holds the two answers against each other,
 * `bytes` and `keys` are the documents of support/sent-documents.ts.
 */
export const CHAPTERS = {
  async "what is open, unknown, or not allowed"({ ask, documents }) {
    await ask("health", { path: "/api/health" });
    await ask("the description", { path: "/openapi.json" });
    for (const path of ["/nowhere", "/api/nowhere", "/api/nfes/", "/api//nfes", "/"])
      await ask(`unknown ${path}`, { path });
    for (const [method, path] of [
      ["DELETE", "/api/nfes"],
      ["GET", "/api/login"],
      ["PUT", "/api/nfe/upload"],
      ["PATCH", "/api/health"],
      ["HEAD", "/api/nfes"],
    ])
      await ask(`${method} ${path}`, { method, path });
    for (const as of ["garbage", "eyJhbGciOiJub25lIn0.e30.", "sge_0000000000_0000"])
      await ask("a bad token", { path: "/api/stock", as });
    await ask("no token", { path: "/api/stock?token=abc", as: null });
    for (const origin of [
      "https://loja.example",
      "https://outra.example",
      "http://localhost:1",
      "null",
    ])
      await ask(`preflight from ${origin}`, {
        method: "OPTIONS",
        path: "/api/nfes",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type,authorization",
        },
      });
    await ask("a read from an allowed origin", {
      path: "/api/health",
      headers: { origin: "https://loja.example" },
    });
    await ask("ids of the caller's", {
      path: "/api/health",
      headers: {
        "x-request-id": "pedido-1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
      },
    });
    await ask("an id that may not stand in a log", {
      path: "/nowhere",
      headers: { "x-request-id": "a b'c" },
    });
    await ask("an upload without a token", {
      method: "POST",
      path: "/api/nfe/upload",
      headers: XML,
      body: documents.first,
    });
  },

  async "signing in, and keys for each role"({ ask }) {
    const login = (body, headers) => ({ method: "POST", path: "/api/login", body, headers });
    await ask("a login that is no JSON", login("{", json));
    await ask("a login without a password", login('{"email":"a@b.example"}', json));
    await ask("a login by a stranger", login('{"email":"a@b.example","password":"x"}', json));
    await ask(
      "a login as text/plain",
      login(JSON.stringify(ADMIN), { "content-type": "text/plain" }),
      {
        keep: (body, known) => {
          known.admin = body.token;
        },
      },
    );
    await ask("no keys yet", { path: "/api/keys" });
    for (const role of ROLES)
      await ask(`a key of a ${role}`, post("/api/keys", { name: `chave ${role}`, role }), {
        keep: (body, known) => {
          known[role] = body.key;
          known.lastKey = body.id;
        },
      });
    await ask(
      "a key in the past",
      post("/api/keys", { name: "x", role: "ADMIN", expires_at: "2020-01-01T00:00:00Z" }),
    );
    await ask("a key of no role", post("/api/keys", { name: "x", role: "DONO" }));
    await ask("a key to be deleted", post("/api/keys", { name: "vai embora", role: "ADMIN" }), {
      keep: (body, known) => {
        known.gone = body;
      },
    });
    await ask("deleted", ({ gone }) => ({ method: "DELETE", path: `/api/keys/${gone.id}` }));
    await ask("deleted twice", ({ gone }) => ({ method: "DELETE", path: `/api/keys/${gone.id}` }));
    await ask("with a deleted key", ({ gone }) => ({ path: "/api/stock", as: gone.key }));
    await ask("the keys", { path: "/api/keys" });
    await ask("keys are not for a manager", ({ GERENTE }) => ({ path: "/api/keys", as: GERENTE }));
  },

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
    await ask("with NFe before its key", { path: `/api/nfes/NFe${keys.first}` });
    await ask("a note that is not there", {
      path: "/api/nfes/35260911222333000181550010000001231000000420",
    });
    for (const name of ["first", "latin", "bare"])
      await ask(`the bytes of ${name}`, { path: `${of(name)}/xml` });
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

  async "stock, movements, supplier items"({ ask, keys }) {
    for (const path of [
      "/api/products",
      "/api/products?search=1&limit=2",
      "/api/stock",
      "/api/stock?low=true",
      "/api/stock?low=maybe",
      "/api/movements/list",
      "/api/movements/list?type=ENTRADA&limit=2&page=2",
      "/api/movements/list?product_code=NOVO%2F1",
      "/api/supplier-items",
      "/api/supplier-items?supplier_cnpj=11222333000181",
    ])
      await ask(path, { path });
    const move = (body) =>
      post("/api/movements", { product_code: "NOVO/1", type: "ENTRADA", ...body });
    for (const body of [
      { quantity: 1 },
      { quantity: "2.5", unit_cost: "3.10", notes: "achado", batch_number: "L1" },
      { quantity: 0.00001 },
      { quantity: 1234567890123456 },
      { quantity: "1e3" },
      { quantity: -1 },
      { quantity: 1, type: "SAIDA" },
      { quantity: 1_000_000, type: "SAIDA" },
      { quantity: 1, product_code: "NADA" },
      { quantity: 1, product_code: ".." },
      { quantity: 1, notes: "a\u0000b" },
      { quantity: 1, notes: "\ud800" },
      { quantity: 1, origin: "NFE" },
    ])
      await ask(`a movement ${JSON.stringify(body)}`, move(body));
    for (const body of ["", "null", "[]", '"a"', "{", '{"__proto__":{"a":1}}', "\ufeff{}"])
      await ask(`a movement that is ${body}`, { method: "POST", path: "/api/movements", body });
    await ask("too much JSON", {
      method: "POST",
      path: "/api/movements",
      headers: json,
      body: `"${"x".repeat(1024 * 1024)}"`,
    });
    const item = {
      supplier_cnpj: keys.first.slice(6, 20),
      code: "1",
      unit: "UN",
      product_code: "NOVO/1",
      factor: 12,
    };
    for (const body of [item, { ...item, factor: 0 }, { ...item, product_code: "NADA" }, {}])
      await ask(`a supplier item ${JSON.stringify(body)}`, {
        method: "PUT",
        path: "/api/supplier-items",
        json: body,
      });
  },

  async "reads that are kept, and asked for again"({ ask }) {
    for (const path of [
      "/api/dashboard/stats",
      "/api/dashboard/evolution",
      "/api/dashboard/evolution?months=3",
      "/api/stock",
      "/api/products",
    ]) {
      await ask(`${path} for the first time`, { path });
      await ask(
        `${path} again`,
        { path },
        {
          keep: (_, known, response) => {
            known.etag = response.headers.get("etag");
          },
        },
      );
      await ask(`${path} unchanged`, ({ etag }) => ({
        path,
        headers: etag === null ? {} : { "if-none-match": etag },
      }));
      await ask(`${path} with another tag`, { path, headers: { "if-none-match": 'W/"x"' } });
    }
    await ask(
      "a write",
      post("/api/movements", { product_code: "NOVO/1", type: "ENTRADA", quantity: 1 }),
    );
    await ask("after a write the old tag is no use", ({ etag }) => ({
      path: "/api/stock",
      headers: { "if-none-match": etag },
    }));
  },

  async "files of comma-separated values"({ ask }) {
    // The edge compresses behind the Worker, whose stream would take its source at once if it did so itself.
    const compressed = { without: ["content-encoding", "vary"] };
    for (const path of [
      "/api/export/stock",
      "/api/export/stock?dialect=rfc4180",
      "/api/export/movements",
      "/api/export/movements?dialect=rfc4180&type=SAIDA",
      "/api/export/movements?dialect=excel",
      "/api/export/movements?from=ontem",
    ])
      await ask(path, { path }, compressed);
    const headers = { "accept-encoding": "gzip" };
    await ask("compressed, on Bun only", { path: "/api/export/stock", headers }, compressed);
  },

  async "many documents at once, now and later"({ ask, documents }) {
    const batch = (what, query, body, headers = FORM) =>
      ask(`a batch: ${what}`, { method: "POST", path: `/api/nfe/batch${query}`, headers, body });
    const zip = { "content-type": "application/zip" };
    await batch("rehearsed", "?dry_run=true", documents.zip, zip);
    await batch("a ZIP as the body", "?approve=true", documents.zip, zip);
    await batch("a ZIP cut off", "", documents.zip.subarray(0, 900), zip);
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
    const later = (body, headers = FORM) =>
      ask(
        "a batch for later",
        {
          method: "POST",
          path: "/api/nfe/batch?async=true&approve=true",
          headers,
          body,
        },
        {
          keep: (answer, known) => {
            known.job = answer.job_id;
          },
        },
      );
    await later(
      form(
        ["files", "q.xml", documents.queued],
        ["files", "r.xml", documents.broken],
        ["files", "s.pdf", documents.pdf],
      ),
    );
    await ended(ask, "the job of files", ({ job }) => `/api/jobs/${job}`);
    await later(documents.zip, zip);
    await ended(ask, "the job of a ZIP", ({ job }) => `/api/jobs/${job}`);
    await ask("nothing to replay", ({ job }) => ({
      method: "POST",
      path: `/api/jobs/${job}/replay`,
    }));
    await ask("no such job", { path: "/api/jobs/nobody" });
    for (const query of ["", "?limit=1", "?state=done", "?state=odd"])
      await ask(`the jobs ${query}`, { path: `/api/jobs${query}` });
  },

  async "files written in the background"({ ask }) {
    const order = (body) => post("/api/exports", body);
    for (const body of [{}, { type: "notas" }, { type: "stock", filters: { low: "x" } }])
      await ask(`no export ${JSON.stringify(body)}`, order(body));
    for (const body of [
      { type: "movements", dialect: "rfc4180", filters: { type: "ENTRADA" } },
      { type: "stock" },
    ]) {
      await ask(`an export of ${body.type}`, order(body), {
        keep: (answer, known) => {
          known.export = answer.id;
        },
      });
      await ended(ask, `the export of ${body.type}`, (known) => `/api/exports/${known.export}`);
      const file = (headers) => (known) => ({ path: `/api/exports/${known.export}/file`, headers });
      await ask("its file", file({}));
      for (const range of [
        "bytes=0-9",
        "bytes=-5",
        "bytes=20-",
        "bytes=9999999-",
        "bytes=0-1,3-4",
        "lines=1",
      ])
        await ask(`its file, ${range}`, file({ range }));
    }
    await ask("deleted", (known) => ({ method: "DELETE", path: `/api/exports/${known.export}` }));
    await ask("gone", (known) => ({ path: `/api/exports/${known.export}/file` }));
    await ask("no such export", { path: "/api/exports/nobody" });
  },

  async "what has happened"({ ask, sides }) {
    await ask(
      "from the beginning",
      { path: "/api/events?limit=100" },
      {
        keep: (body, known) => {
          known.cursor = body.next_cursor;
        },
        // A job's own events come when they come.
        like: ({ status, headers, body }) => ({
          status,
          headers,
          types: body.data.map(({ type }) => type).sort(),
          keys: [...new Set(body.data.flatMap(({ payload }) => Object.keys(payload)))].sort(),
        }),
      },
    );
    await ask("nothing more", ({ cursor }) => ({ path: `/api/events?after=${cursor}` }), {
      like: ({ status, body }) => [status, body.data],
    });
    for (const query of ["?after=x", "?limit=0", "?wait=99"])
      await ask(`events ${query}`, { path: `/api/events${query}` });
    const firsts = await Promise.all(
      sides.map(async ({ fetch, known }) => {
        const { body, headers, status } = await fetch(
          `/api/notifications/stream?token=${known.VISUALIZADOR}`,
          { headers: { "accept-encoding": "identity", "last-event-id": known.cursor } },
        );
        const reader = body.getReader();
        const { value } = await reader.read();
        await reader.cancel();
        const names = ["content-type", "cache-control", "x-accel-buffering"];
        return [
          status,
          names.map((name) => headers.get(name)),
          Buffer.from(value).toString().split("\n")[0],
        ];
      }),
    );
    assert.deepEqual(firsts[1], firsts[0]);
    assert.equal(firsts[0][2], "event: connected");
    await ask("no stream for a stranger", { path: "/api/notifications/stream?token=x", as: null });
  },

  async "settings, and what follows from them"({ ask, keys }) {
    const change = (body) => ({ method: "PATCH", path: "/api/company", json: body });
    await ask("the company", { path: "/api/company" });
    for (const body of [
      { name: "Loja Um", time_zone: "America/Manaus" },
      { cnpjs: ["11222333000181"], require_mapping: true },
      { time_zone: "Nenhures" },
      { overridable_holds: ["homologation"] },
      { estranho: 1 },
      {},
      { cnpjs: [], require_mapping: false, auto_approve: true },
    ])
      await ask(`settings ${JSON.stringify(body)}`, change(body));
    await ask("notes have their verdict again", { path: `/api/nfes/${keys.unsaid ?? keys.latin}` });
    await ask("notes by day of another zone", { path: "/api/nfes?from=2026-11-01" });
  },

  async "what only one of them has, by name"({ ask }) {
    // A Worker has no profiler, knows other parts, and its counts are everybody's.
    const known = { like: ({ status }) => status < 500 };
    await ask("metrics", { path: "/metrics" }, known);
    await ask("metrics for a reader", ({ VISUALIZADOR }) => ({
      path: "/metrics",
      as: VISUALIZADOR,
    }));
    await ask(
      "health in full",
      { path: "/api/health/full" },
      {
        like: ({ status, headers, body }) => ({
          status,
          headers,
          is: [body.status, body.database],
        }),
      },
    );
  },

  async leaving({ ask }) {
    const change = (current_password, new_password) => ({
      method: "PUT",
      path: "/api/me/password",
      json: { current_password, new_password },
    });
    await ask("a wrong password", change("errada e longa", "outra, bem longa"));
    await ask("a weak password", change(ADMIN.password, "curta"));
    await ask("a new password", change(ADMIN.password, "outra senha comprida"));
    await ask("an old token", { path: "/api/stock" });
    await ask(
      "in again",
      { method: "POST", path: "/api/login", json: { ...ADMIN, password: "outra senha comprida" } },
      {
        keep: (body, known) => {
          known.admin = body.token;
        },
      },
    );
    await ask("out", { method: "POST", path: "/api/logout" });
    await ask("after that", { path: "/api/stock" });
    // One guess comes back every twelve seconds: on which side first is a matter of milliseconds.
    for (let n = 0; n < 6; n += 1)
      await ask(
        `guess ${n + 1}`,
        {
          method: "POST",
          path: "/api/login",
          json: { email: "alguem@loja.example", password: "adivinha" },
        },
        { without: ["retry-after"] },
      );
  },
};
