import assert from "node:assert/strict";
import { ended, JSON_TYPE, post } from "./words.mjs";

/** Of the company, whose zone is São Paulo's. */
const TODAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "America/Sao_Paulo" }).format();

/** The edge compresses behind the Worker, whose stream would take its source at once if it did so itself. */
const compressed = { without: ["content-encoding", "vary"] };

/** Of what the documents have made: stock, files, events. */
export const figures = {
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
      { quantity: 1, happened_at: "2099-01-01" },
      { quantity: 1, happened_at: "1999-01-01" },
      { quantity: 1, happened_at: "2026-02-30" },
    ])
      await ask(`a movement ${JSON.stringify(body)}`, move(body));
    for (const body of ["", "null", "[]", '"a"', "{", '{"__proto__":{"a":1}}', "\ufeff{}"])
      await ask(`a movement that is ${body}`, { method: "POST", path: "/api/movements", body });
    await ask("too much JSON", {
      method: "POST",
      path: "/api/movements",
      headers: JSON_TYPE,
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
      "/api/dashboard/stock",
      "/api/nfes/counts",
      "/api/dashboard/evolution",
      "/api/dashboard/evolution?months=3",
      "/api/dashboard/stats?by=issued",
      "/api/dashboard/evolution?by=issued",
      "/api/dashboard/evolution?by=odd",
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

  async "the value of the stock, and reversals"({ ask, keys }) {
    const reverse = (path, reason = "engano") => post(`${path}/reverse`, { reason });
    const first = `/api/nfes/${keys.first}`;
    await ask(
      "a movement that will be reversed",
      {
        ...post("/api/movements", {
          product_code: "NOVO/1",
          type: "ENTRADA",
          quantity: 3,
          unit_cost: 7,
        }),
      },
      {
        keep: (body, known) => {
          known.movement = body.movement?.id;
        },
      },
    );
    for (const query of ["?dry_run=true", "", ""])
      await ask(`a movement reversed ${query}`, ({ movement }) =>
        post(`/api/movements/${movement}/reverse${query}`, { reason: "engano" }),
      );
    for (const id of [1, 999_999, "x"])
      await ask(`the movement ${id} reversed`, reverse(`/api/movements/${id}`));
    await ask("a reversal without a reason", reverse(first, ""));
    const freight = { amount: "12.34", reason: "frete", document: "CT-e 1" };
    for (const query of ["?dry_run=true", "", ""])
      await ask(`a late cost ${query}`, post(`${first}/costs${query}`, freight), {
        keep: (body, known) => {
          known.cost = body.cost_id;
        },
      });
    await ask("a late cost of another amount", post(`${first}/costs`, { ...freight, amount: 1 }));
    await ask("a late cost of no reason", post(`${first}/costs`, { amount: 1 }));
    await ask("a late cost that never was", reverse(`${first}/costs/x`));
    for (const time of ["once", "twice"])
      await ask(`a late cost taken back ${time}`, ({ cost }) => reverse(`${first}/costs/${cost}`));
    await ask("a late cost that stays", post(`${first}/costs`, { ...freight, items: [1] }));
    await ask("the note with late costs", { path: first });
    await ask(
      "what reversing would do",
      post(`${first}/reverse?dry_run=true`, { reason: "engano" }),
    );
    await ask("reversed", reverse(first));
    await ask("reversed twice", reverse(first));
    await ask("the note that was reversed", { path: first });
    const approvals = { access_keys: [keys.first, keys.homologation, keys.first] };
    await ask("many approved later", post("/api/nfes/process?async=true", approvals), {
      keep: (answer, known) => {
        known.approvals = answer.job_id;
      },
    });
    await ended(ask, "the job of approvals", (known) => `/api/jobs/${known.approvals}`);
    await ask("many approved", post("/api/nfes/process", approvals));
    await ask("many of no job", post("/api/nfes/process", { job_id: "x", only: "ready" }));
    for (const path of [
      "/api/products/NOVO%2F1/kardex",
      "/api/products/NOVO%2F1/kardex?limit=1",
      "/api/products/NADA/kardex",
      "/api/stock",
      "/api/stock?at=2020-01-01",
      "/api/stock?known_at=2020-01-01T00:00:00Z",
      "/api/stock?at=2020-01-01&low=true",
      "/api/stock?at=ontem",
    ])
      await ask(path, { path });
  },

  async "what is missing in a month"({ ask }) {
    for (const query of [
      "?month=2026-11",
      "?month=2026-11&held_days=0&limit=1",
      "?month=2026-11&check=no_protocol&limit=1",
      "?month=2026-11&check=no_protocol&cursor=0",
      "?from=2026-11-01&to=2026-11-30",
      "?month=2020-01",
      "",
      "?from=2026-01-01&to=2026-12-31",
      "?month=2026-11&cursor=0",
    ])
      await ask(`missing ${query}`, { path: `/api/reports/completeness${query}` });
    for (const query of ["?month=2026-11", "?month=2026-11&dialect=rfc4180", "?month=11"])
      await ask(`missing, CSV ${query}`, { path: `/api/export/completeness${query}` }, compressed);
  },

  async "files of comma-separated values"({ ask }) {
    for (const path of [
      "/api/export/stock",
      "/api/export/stock?dialect=rfc4180",
      "/api/export/movements",
      "/api/export/movements?dialect=rfc4180&type=SAIDA",
      "/api/export/movements?dialect=excel",
      "/api/export/movements?from=ontem",
      "/api/export/nfes",
      "/api/export/nfes?dialect=rfc4180&status=PROCESSADA",
      "/api/export/nfe-items",
      "/api/export/nfe-items?dialect=rfc4180&direction=entry",
      "/api/export/nfe-items?status=nenhuma",
      "/api/export/supplier-items",
      "/api/export/supplier-items?dialect=rfc4180&product_code=NOVO%2F1",
      "/api/export/supplier-items?supplier_cnpj=x",
      "/api/export/lots",
      "/api/export/lots?dialect=rfc4180&expired=true&expiring_within=36500",
      "/api/export/lots?expiring_within=36501",
      "/api/export/inventory",
      `/api/export/inventory?date=${TODAY}`,
      `/api/export/inventory?date=${TODAY}&dialect=rfc4180&known_at=${TODAY}`,
      `/api/export/inventory?date=${TODAY}&format=sped`,
      `/api/export/inventory?date=${TODAY}&format=sped&skip_unfit=true`,
      `/api/export/inventory?date=${TODAY}&format=xls`,
      "/api/export/inventory?date=2001-01-01",
      "/api/export/inventory?date=2099-01-01",
    ])
      await ask(path, { path }, compressed);
    const archive = (month) =>
      ask(`the archive of ${month}`, { path: `/api/nfes/archive?month=${month}` });
    assert.match((await archive("2026-11")).body, /-nfe\.xml/);
    for (const month of ["2020-01", "2026-13"]) await archive(month);
    const headers = { "accept-encoding": "gzip" };
    await ask("compressed, on Bun only", { path: "/api/export/stock", headers }, compressed);
  },

  async "files written in the background"({ ask }) {
    const order = (body) => post("/api/exports", body);
    for (const body of [
      {},
      { type: "notas" },
      { type: "stock", filters: { low: "x" } },
      { type: "inventory" },
      { type: "inventory", filters: { date: "2099-01-01" } },
    ])
      await ask(`no export ${JSON.stringify(body)}`, order(body));
    for (const body of [
      { type: "movements", dialect: "rfc4180", filters: { type: "ENTRADA" } },
      { type: "stock" },
      { type: "nfes", filters: { status: "PROCESSADA" } },
      { type: "nfe-items" },
      { type: "inventory", filters: { date: TODAY } },
    ])
      await ask(`an export of ${body.type}`, order(body), {
        keep: (answer, known) => {
          known[body.type] = `/api/exports/${answer.id}`;
        },
      });
    for (const type of ["movements", "stock", "nfes", "nfe-items", "inventory"]) {
      await ended(ask, `the export of ${type}`, (known) => known[type]);
      const file = (headers) => (known) => ({ path: `${known[type]}/file`, headers });
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
    await ask("deleted", ({ stock }) => ({ method: "DELETE", path: stock }));
    await ask("gone", ({ stock }) => ({ path: `${stock}/file` }));
    await ask("no such export", { path: "/api/exports/no-such-export" });
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
    for (const query of ["?after=x", "?limit=0", "?wait=x"])
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
    await ask("no stream for a wrong token", {
      path: "/api/notifications/stream?token=x",
      as: null,
    });
  },
};
