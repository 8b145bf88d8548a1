import { expect, test } from "bun:test";
import { inspectRoutes } from "hono/dev";
import { databaseGauges } from "../../src/observability/database-gauges.ts";
import { cancellationEvent } from "../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../src/synthetic/trade.ts";
import { zipOf } from "../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { ALLOWED, SMALL } from "../support/http/allowed-costs.ts";
import { costsOf, recordStatements } from "../support/http/query-plans.ts";
import { walkAssistant } from "../support/http/walk-assistant.ts";
import { walkAudit } from "../support/http/walk-audit.ts";
import { walkCatalog } from "../support/http/walk-catalog.ts";
import { walkCertificates } from "../support/http/walk-certificates.ts";
import { walkCompany } from "../support/http/walk-company.ts";
import { type Go, walkCounts } from "../support/http/walk-counts.ts";
import { walkLists } from "../support/http/walk-lists.ts";
import { walkProduct } from "../support/http/walk-product.ts";
import { walkSefaz } from "../support/http/walk-sefaz.ts";
import { walkSession } from "../support/http/walk-session.ts";
import { walkSuppliers } from "../support/http/walk-suppliers.ts";
import { walkWebhooks } from "../support/http/walk-webhooks.ts";
import { lossEvent, undoEvent } from "../support/notes/loss-events.ts";
import { supplier } from "../support/notes/purchase.ts";

const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "1.00" };
const made = (seed: number, options: NoteOptions = {}) =>
  syntheticNote({ seed, emit: supplier, items: [item, { ...item, cProd: "P2" }], ...options });
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Asks every route for everything that it has a statement for. */
async function walk(service: TestApp): Promise<Set<string>> {
  const walked = new Set<string>();
  const go: Go = async (method, path, options = {}) => {
    walked.add(`${method} ${path}`);
    const { query = "", at = path, ...send } = options;
    const response = await service.raw(method, `${at}${query}`, send);
    if (response.headers.get("content-type")?.includes("event-stream"))
      await response.body?.cancel();
    else await response.arrayBuffer();
    return response.status;
  };
  const { upload } = service;
  const path = "/api/nfes/{access_key}";
  const of = (note: { accessKey: string }, rest = "") => `/api/nfes/${note.accessKey}${rest}`;
  const notes = Array.from({ length: 8 }, (_, n) => made(10 + n));
  for (const { xml } of notes) await upload(xml, "?approve=true");
  const [bare, whole, pending, sale] = [
    made(30, { root: "NFe" }),
    made(30),
    made(31),
    made(32, { emit: COMPANY, dest: CUSTOMER }),
  ];
  walked.add("POST /api/nfe/upload");
  for (const xml of [
    bare.xml,
    whole.xml,
    whole.xml,
    pending.xml,
    cancellationEvent(pending.accessKey),
  ])
    await upload(xml, "?approve=false");
  await upload(cancellationEvent(notes[7]?.accessKey ?? ""));
  const loss = lossEvent(notes[6]?.accessKey ?? "", [{ nItem: 1, quantity: "1", unit: item.uCom }]);
  await upload(loss);
  await upload(undoEvent(notes[6]?.accessKey ?? "", "112130", loss));
  await upload("<a/>");
  await go("POST", "/api/nfe/batch", {
    body: await zipOf([
      { name: "a.xml", bytes: utf8(made(40).xml) },
      { name: "b.xml", bytes: utf8(made(41).xml) },
    ]),
    headers: { "content-type": "application/zip" },
  });
  await go("POST", "/api/nfe/batch", {
    query: "?dry_run=true",
    body: await zipOf([{ name: "a.xml", bytes: utf8(made(42).xml) }]),
    headers: { "content-type": "application/zip" },
  });
  await upload(sale.xml, "?approve=false");
  const json = {
    items: [
      { n_item: 1, factor: 2 },
      { n_item: 2, product_code: "P1" },
    ],
  };
  await go("POST", `${path}/process`, { at: of(sale, "/process"), query: "?dry_run=true" });
  await go("PATCH", "/api/company", { json: { allow_negative: false } });
  await go("POST", `${path}/process`, { at: of(sale, "/process") });
  await go("POST", `${path}/process`, { at: of(whole, "/process"), json });
  const refused = made(33, { emit: COMPANY, dest: CUSTOMER, items: [{ ...item, qCom: "99999" }] });
  await upload(refused.xml, "?approve=true");
  await go("POST", `${path}/process`, { at: of(refused, "/process") });
  await go("PATCH", "/api/company", { json: { require_mapping: true } });
  await upload(made(34, { items: [{ ...item, cProd: "NOVO" }] }).xml, "?approve=true");
  const mapping = {
    supplier_cnpj: supplier.cnpj,
    code: "NOVO",
    unit: "UN",
    product_code: "P1",
    factor: 3,
  };
  await go("PUT", "/api/supplier-items", { json: mapping });
  await go("PATCH", "/api/company", { json: { require_mapping: false } });
  await go("POST", `${path}/discard`, { at: of(refused, "/discard"), json: { reason: "não é" } });
  await go("POST", `${path}/restore`, { at: of(refused, "/restore") });
  for (const query of ["", "?async=true"])
    await go("POST", "/api/nfes/process", { query, json: { access_keys: [pending.accessKey] } });
  const { rows: sent } = await service.ports.database.writing.execute(
    "select id from jobs where kind = 'batch' limit 1",
  );
  await go("POST", "/api/nfes/process", {
    json: { job_id: Object.values(sent[0] ?? {})[0], only: "ready" },
  });
  const reason = { reason: "engano" };
  await go("POST", `${path}/reverse`, {
    at: of(sale, "/reverse"),
    query: "?dry_run=true",
    json: reason,
  });
  const cost = { amount: 7, reason: "frete", document: "CT-e" };
  const [posted] = notes;
  const costs = of(posted ?? whole, "/costs");
  await go("POST", `${path}/costs`, { at: costs, query: "?dry_run=true", json: cost });
  for (const _ of [1, 2]) await go("POST", `${path}/costs`, { at: costs, json: cost });
  const { body: added } = await service.send("POST", costs, { json: cost });
  await go("POST", `${path}/costs/{id}/reverse`, {
    at: `${costs}/${added.cost_id}/reverse`,
    json: reason,
  });
  await go("POST", `${path}/costs`, { at: costs, json: cost });
  await go("GET", path, { at: of(posted ?? whole) });
  await go("POST", `${path}/reverse`, { at: of(posted ?? whole, "/reverse"), json: reason });
  await go("POST", `${path}/reverse`, { at: of(whole, "/reverse"), json: reason });
  const event = `${path}/events/{id}/withdraw`;
  await go("POST", event, {
    at: of(refused, "/events/no-such-event/withdraw"),
    json: { reason: "falso" },
  });
  for (const rest of ["", "/xml", "/danfe", "/danfe.pdf"])
    await go("GET", `${path}${rest}`, { at: of(sale, rest) });

  const days = "from=2026-11-01&to=2026-11-30";
  for (const query of [
    "",
    "?status=PENDENTE",
    "?direction=entry",
    "?held=true",
    "?held=false&cursor=start",
    `?supplier=${supplier.cnpj}`,
    "?search=31",
    `?${days}`,
    "?product_code=P1",
  ])
    await go("GET", "/api/nfes", { query });
  await go("GET", "/api/nfes/archive", { query: "?month=2026-11" });
  for (const query of ["", "?search=P", "?category_id=1"])
    await go("GET", "/api/products", { query });
  for (const query of ["", "?search=P", "?low=true", "?idle=true", "?codes=P1,P2"])
    await go("GET", "/api/stock", { query });
  const moves = [
    "",
    "product_code=P1",
    "type=ENTRADA",
    "origin=MANUAL",
    `reference=${sale.accessKey}`,
    "reference=PED",
    days,
    `product_code=P1&${days}`,
  ];
  for (const query of moves) {
    await go("GET", "/api/movements/list", { query: `?${query}` });
    await go("GET", "/api/export/movements", { query: `?${query}` });
  }
  for (const query of ["", "?search=P", "?low=true"])
    await go("GET", "/api/export/stock", { query });
  for (const query of [
    "",
    "?status=PENDENTE",
    "?direction=entry",
    `?supplier=${supplier.cnpj}`,
    `?${days}`,
  ])
    for (const route of ["/api/export/nfes", "/api/export/nfe-items"])
      await go("GET", route, { query });
  for (const route of ["/api/reports/completeness", "/api/export/completeness"])
    await go("GET", route, { query: "?month=2026-11" });
  for (const query of [
    "?date=2026-11-23",
    "?date=2020-01-01",
    "?date=2026-11-23&known_at=2026-11-23",
    "?date=2026-11-23&format=sped",
  ])
    await go("GET", "/api/export/inventory", { query });
  await walkLists(go);
  await walkAudit(service.ports, go);
  await walkCompany(go);
  await go("GET", `${path}/cost`, { at: of(whole, "/cost") });
  await walkSuppliers(go);
  const movement = { product_code: "P1", quantity: 1, unit_cost: 2, happened_at: "2026-11-22" };
  await go("POST", "/api/movements", { json: { ...movement, type: "ENTRADA" } });
  await go("POST", "/api/movements", { json: { ...movement, type: "SAIDA", quantity: 1e6 } });
  const [last] = await service.rows("select max(id) as id from movements where origin = 'MANUAL'");
  const undo = "/api/movements/{id}/reverse";
  const at = `/api/movements/${last?.id}/reverse`;
  await go("POST", undo, { at, query: "?dry_run=true", json: reason });
  await go("POST", undo, { at, json: reason });
  await walkProduct(go);
  await walkCatalog(go);
  for (const query of [
    "?at=2026-11-30",
    "?known_at=2026-11-30T12:00:00Z",
    "?at=2026-11-30&known_at=2026-11-30",
  ])
    await go("GET", "/api/stock", { query });
  for (const figures of ["stats", "evolution"])
    await go("GET", `/api/dashboard/${figures}`, { query: "?by=issued" });
  await walkCounts(service, go);
  await walkSefaz(service, go);
  await walkCertificates(service, go);
  await walkWebhooks(service, go);
  await walkAssistant(service, go);
  for (const simple of [
    "/api/health",
    "/api/health/full",
    "/openapi.json",
    "/api/company",
    "/api/keys",
    "/api/dashboard/stats",
    "/api/dashboard/evolution",
    "/api/dashboard/stock",
    "/api/nfes/counts",
    "/api/overview",
    "/api/events",
    "/metrics",
    "/api/jobs",
    "/api/notifications/stream",
  ])
    await go("GET", simple);
  // What a Worker shows.
  await databaseGauges(service.ports);
  const mailbox = { imap_host: "imap.example.com", imap_user: "nfe", imap_password: "uma senha" };
  await go("PUT", "/api/config/email", { json: { ...mailbox, active: true } });
  await go("POST", "/api/config/email/test", { json: mailbox });
  await go("POST", "/api/config/email/address");
  await go("GET", "/api/config/email");
  await go("PUT", "/api/config/alerts", { json: { recipients: ["dona@loja.example"] } });
  await go("GET", "/api/config/alerts");
  await go("POST", "/api/config/alerts/test");
  await go("POST", "/api/keys", { json: { name: "uma chave", role: "OPERADOR" } });
  await go("DELETE", "/api/keys/{id}", { at: "/api/keys/1" });
  await go("GET", "/api/jobs/{id}", { at: "/api/jobs/01a20927-5b6e-72de-a77f-cefc36b3631a" });
  await go("POST", "/api/jobs/{id}/replay", {
    at: "/api/jobs/01a20927-5b6e-72de-a77f-cefc36b3631a/replay",
  });
  const job = "01a20927-5b6e-72de-a77f-cefc36b3631a";
  await go("POST", "/api/exports", { json: { type: "stock" } });
  for (const [method, rest] of [
    ["GET", ""],
    ["GET", "/file"],
    ["DELETE", ""],
  ] as const)
    await go(method, `/api/exports/{id}${rest}`, { at: `/api/exports/${job}${rest}` });
  await go("POST", "/api/login", { json: { email: "pessoa11@example.com", password: "errada" } });
  await go("PUT", "/api/me/password", {
    as: "OPERADOR",
    json: { current_password: "x", new_password: "outra bem longa" },
  });
  await walkSession(service, walked);
  await go("POST", "/api/logout", { as: "VISUALIZADOR" });
  return walked;
}

test(
  "no statement of a route scans a table, nor a company or a sort without a listed reason",
  () =>
    withApp(async (service) => {
      const tables = (
        await service.rows(
          "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
        )
      )
        .map(({ name }) => String(name))
        .filter((name) => !SMALL.includes(name));
      const statements = recordStatements(service);
      const walked = await walk(service);
      const served = inspectRoutes(service.app)
        .filter(({ isMiddleware, method }) => !isMiddleware && method !== "ALL")
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
      // A profile runs no statement, nor does a file of the page.
      const missed = [...new Set(served)].filter(
        (route) =>
          !walked.has(route) &&
          !route.includes("/profile/") &&
          / \/(?:api\/|metrics|openapi)/.test(route),
      );
      expect(missed).toEqual([]);
      expect(statements.size).toBeGreaterThan(60);

      const wrong: string[] = [];
      for (const statement of [...statements.values()])
        for (const { kind, what } of await costsOf(service, statement, tables)) {
          if (ALLOWED[kind].some(([text]) => text.test(statement.sql))) continue;
          wrong.push(`${kind} ${what}: ${statement.sql.replaceAll(/\s+/g, " ").slice(0, 400)}`);
        }
      // The libSQL server refuses a parameter that the text does not name.
      const unnamed = [...statements.values()].filter(
        ({ sql, args }) =>
          args.length > Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, n]) => Number(n))),
      );
      expect(unnamed.map(({ sql }) => sql)).toEqual([]);
      expect(wrong).toEqual([]);
    }),
  60_000,
);
