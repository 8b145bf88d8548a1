import { expect, test } from "bun:test";
import { itemsOf } from "../../../src/ingest/note/stored-note.ts";
import { movementsOfNote } from "../../../src/stock/reports/ledger.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { MATRIX, REQUIRED_QUERY } from "../../support/http/role-matrix.ts";
import { supplier } from "../../support/notes/purchase.ts";
import { runJobs } from "../../support/run-jobs.ts";
import { somePfx } from "../../support/sefaz/some-pfx.ts";

const item = { cProd: "P1", xProd: "PRODUTO", uCom: "UN", qCom: "10", vUnCom: "1.00" };
const made = (seed: number, options: NoteOptions = {}) =>
  syntheticNote({ seed, emit: supplier, items: [item, { ...item, cProd: "P2" }], ...options });

/** The ids of a company's records, by the path parameter that takes each. */
interface Own {
  readonly access_key: string;
  readonly waiting: string;
  readonly statement: string;
  readonly parked: string;
  readonly job: string;
  readonly export: string;
  readonly movement: string;
  readonly lot: string;
  readonly count: string;
  readonly user: string;
  readonly webhook: string;
  readonly call: string;
  readonly certificate: string;
  readonly confirmation: string;
  readonly category: string;
}

const LINES = {
  lines: [
    { product_code: "P1", quantity: 1, device: "coletor" },
    { barcode: "789", quantity: 1, device: "coletor" },
  ],
};

type Who = "ADMIN" | "otherCompany";

/** Creates one record of every kind for the company of `as`, from the same notes; `from` is the first seed. */
async function fill(service: TestApp, as: Who, from: number): Promise<Own> {
  const { send, ports } = service;
  const ok = async (method: string, path: string, options: object = {}) => {
    const answer = await send(method, path, { as, ...options });
    expect([path, answer.status < 300, answer.text]).toEqual([path, true, answer.text]);
    return answer.body;
  };
  const upload = (xml: string, query = "") =>
    ok("POST", `/api/nfe/upload${query}`, {
      body: xml,
      headers: { "content-type": "application/xml" },
    });
  const [inStock, waiting, cancelled, aside] = [0, 1, 2, 3].map((n) => made(from + n));
  const key = inStock?.accessKey ?? "";
  await upload(inStock?.xml ?? "", "?approve=true");
  for (const { xml } of [waiting, cancelled, aside].flatMap((one) => one ?? [])) await upload(xml);
  await upload(cancellationEvent(cancelled?.accessKey ?? ""));
  await ok("POST", `/api/nfes/${aside?.accessKey}/discard`, { json: { reason: "outra" } });
  await ok("PUT", "/api/supplier-items", {
    json: {
      supplier_cnpj: supplier?.cnpj,
      code: "Q",
      unit: "CX",
      product_code: "P1",
      factor: from,
    },
  });
  for (const type of ["ENTRADA", "SAIDA"])
    await ok("POST", "/api/movements", {
      json: { product_code: "P1", type, quantity: 2, unit_cost: 3, reference: "R1", lot: "L" },
    });
  const { key: bearer } = await ok("POST", "/api/keys", {
    json: { name: "chave", role: "OPERADOR" },
  });
  const order = { product_code: "P1", type: "ENTRADA", quantity: 1 };
  const asked = await ok("POST", "/mcp", {
    as: "anonymous",
    headers: { authorization: `Bearer ${bearer}` },
    json: {
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: { name: "record_movement", arguments: order },
    },
  });
  await ok("PUT", "/api/config/email", {
    json: {
      imap_host: "mail.example.com",
      imap_port: 993,
      imap_user: `caixa${from}@example.com`,
      imap_password: "segredo",
      imap_folder: "INBOX",
      use_tls: true,
      active: false,
    },
  });
  const batch = await ok("POST", "/api/nfe/batch?async=true", {
    body: await zipOf([{ name: "a.xml", bytes: new TextEncoder().encode(made(from + 4).xml) }]),
    headers: { "content-type": "application/zip" },
  });
  const moved = await ok("POST", "/api/movements", {
    json: { product_code: "P1", type: "ENTRADA", quantity: 1, batch_number: `L${from}` },
  });
  const category = await ok("POST", "/api/categories", { json: { name: `C${from}` } });
  const { count } = await ok("POST", "/api/counts", { json: { name: "Tudo", scope: "all" } });
  await ok("POST", `/api/counts/${count.id}/lines`, {
    json: LINES,
    headers: { "idempotency-key": "k1" },
  });
  await ok("POST", `/api/counts/${count.id}/close`, {
    json: { missing: "keep", reason: "inventário" },
  });
  const ordered = await ok("POST", "/api/exports", { json: { type: "movements" } });
  const person = { email: `pessoa${from}@${as.toLowerCase()}.example`, role: "OPERADOR" };
  const user = await ok("POST", "/api/users", { json: person });
  await runJobs(ports);
  await ok("PATCH", "/api/company", { json: { cnpjs: [COMPANY.cnpj] } });
  const fetching = { cnpj: COMPANY.cnpj, uf: "SP", active: true };
  await ok("PATCH", "/api/sefaz", { json: fetching });
  await ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_parked (company, cnpj, environment, nsu, schema, reason, bytes, parked_at)
          select company, cnpj, environment, ?2, 'x', 'schema', cast('<a>' || company || '</a>' as blob), ?1 from sefaz_cursors c
          where not exists (select 1 from sefaz_parked p where p.company = c.company)`,
        args: [ports.clock.now(), from],
      },
    ],
    read: () => undefined,
  });
  const claim = await ok("POST", "/api/sefaz/calls", { json: {} });
  const stated = await ok("POST", `/api/nfes/${key}/statement`, { json: { type: "210200" } });
  const hook = await ok("POST", "/api/webhooks", {
    json: { url: `https://erp${from}.loja.com.br/`, events: ["*"] },
  });
  const pfx = somePfx({ holder: `LOJA ${from}` }).toBase64();
  const certificate = await ok("POST", "/api/certificates", {
    json: { pfx, passphrase: "segredo" },
  });
  return {
    webhook: hook.id,
    call: claim.call?.id ?? "",
    statement: stated.id,
    parked: `${COMPANY.cnpj}.1.${from}`,
    certificate: certificate.id,
    confirmation: asked.result.structuredContent.data.confirmation_id,
    access_key: key,
    waiting: waiting?.accessKey ?? "",
    job: batch.job_id,
    export: ordered.id ?? ordered.export_id ?? ordered.job_id,
    movement: String(moved.movement.id),
    lot: moved.movement.batch_number,
    count: count.id,
    user: String(user.id),
    category: String(category.id),
  };
}

/** A path with the ids of what a company has. */
function concreteOf(path: string, own: Own): string {
  const id = path.startsWith("/api/exports/")
    ? own.export
    : path.startsWith("/api/movements/")
      ? own.movement
      : path.startsWith("/api/counts/")
        ? own.count
        : path.startsWith("/api/users/")
          ? own.user
          : path.startsWith("/api/webhooks/")
            ? own.webhook
            : path.startsWith("/api/sefaz/calls/")
              ? own.call
              : path.startsWith("/api/sefaz/parked/")
                ? own.parked
                : path.startsWith("/api/sefaz/statements/")
                  ? own.statement
                  : path.startsWith("/api/certificates/")
                    ? own.certificate
                    : path.startsWith("/api/confirmations/")
                      ? own.confirmation
                      : path.startsWith("/api/categories/")
                        ? own.category
                        : own.job;
  return path
    .replace("{access_key}", own.access_key)
    .replace("{id}", id)
    .replace("{lot}", own.lot)
    .replace("{line}", "1")
    .replace("{event}", "e1");
}

/** Reading routes that this test leaves out, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "/api/notifications/stream": "never ends: test/http/stream/notifications.test.ts",
  "/api/session": "is of a browser's cookie: test/http/routes/accounts/browser-session.test.ts",
  "/metrics":
    "is of the installation, not of a company: test/http/routes/operations/metrics.test.ts",
};

/** Queries for which a route reads by another statement. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  "/api/nfes": ["?status=PENDENTE", `?supplier=${supplier?.cnpj}`, "?search=1", "?from=2020-01-01"],
  "/api/stock": ["?search=P", "?page=1&limit=1", "?at=2030-01-01", "?known_at=2030-01-01"],
  "/api/products": ["?search=P", "?active=true"],
  "/api/movements/list": [
    ...["?product_code=P1", "?type=SAIDA", "?type=ENTRADA", "?origin=NFE", "?origin=MANUAL"],
    ...[
      "?reference=R1",
      `?reference=${made(100).accessKey}`,
      "?from=2020-01-01",
      "?until=2030-01-01",
    ],
  ],
  "/api/supplier-items": [`?supplier=${supplier?.cnpj}`, "?product_code=P1"],
  "/api/dashboard/evolution": ["?days=30"],
  "/api/export/movements": ["?product_code=P1", "?type=SAIDA"],
  "/api/export/nfes": ["?status=PROCESSADA", `?supplier=${supplier?.cnpj}`, "?from=2020-01-01"],
  "/api/export/nfe-items": ["?status=PROCESSADA", `?supplier=${supplier?.cnpj}`],
  "/api/lots": ["?product_code=P1", "?expiring_within=30"],
  "/api/lots/{lot}/trace": [`?product_code=P1`],
  "/api/counts/{id}/review": ["?show=not_counted"],
  "/api/counts/{id}/lines": ["?aside=true", "?product_code=P1"],
  "/api/jobs": ["?kind=batch", "?state=done"],
  "/api/events": ["?limit=500"],
  "/api/statements": ["?state=asked"],
};

/** The bodies of the routes that take an id, by the end of the path. */
const BODIES: readonly (readonly [RegExp, object])[] = [
  [/\/(?:discard|withdraw|reverse|cancel)$/, { reason: "nada" }],
  [/\/costs$/, { reason: "nada", amount: 1 }],
  [/\/close$/, { missing: "keep", reason: "nada" }],
  [/\/assign$/, { product_code: "P1" }],
  [/\/lines$/, LINES],
  [/\/statement$/, { type: "210210" }],
  [/\/statements\/\{id\}\/answer$/, { call: "c", calls: [{ step: "query", fault: "cut" }] }],
  [/\/users\/\{id\}$/, { active: true }],
  [/^\/api\/webhooks\/[^/]+$/, { active: true }],
  [/\/products\/\{code\}$/, { name: "P", unit: "UN" }],
  [/\/categories\/\{id\}$/, { name: "C" }],
];

/** The answer of every reading route for a user, by its URL. */
async function answersFor(service: TestApp, as: Who, own: Own): Promise<Map<string, string>> {
  // Without the cache.
  await service.ports.writer.commit({
    statements: [
      { sql: "update cache_versions set version = version + 1 where tag <> 'accounts'", args: [] },
    ],
    read: () => undefined,
  });
  const answers = new Map<string, string>();
  const ask = async (method: string, path: string) => {
    const answer = await service.send(method, path, { as });
    expect([path, answer.status]).toEqual([path, 200]);
    answers.set(path, answer.text);
  };
  for (const [method, path, least] of MATRIX) {
    if (method !== "get" || least === "anonymous" || path in LEFT_OUT) continue;
    const at = concreteOf(path, own).replace("{code}", "P1");
    for (const query of [REQUIRED_QUERY[path] ?? "", ...(QUERIES[path] ?? [])])
      await ask("GET", at + query);
  }
  await ask("POST", `/api/nfes/${own.waiting}/process?dry_run=true`);
  return answers;
}

test("two companies with the same notes, products and jobs read nothing of each other, on any route", () =>
  withApp(async (service) => {
    const ours = await fill(service, "ADMIN", 100);
    const before = await answersFor(service, "ADMIN", ours);
    const theirs = await fill(service, "otherCompany", 100);
    const theirsBefore = await answersFor(service, "otherCompany", theirs);
    expect(await answersFor(service, "ADMIN", ours)).toEqual(before);
    await fill(service, "ADMIN", 110);
    expect(await answersFor(service, "otherCompany", theirs)).toEqual(theirsBefore);
    expect(before.size).toBeGreaterThan(40);
  }));

test("an id of one company is 404 for another, on every route that takes one", () =>
  withApp(async (service) => {
    const ours = await fill(service, "ADMIN", 100);
    await fill(service, "otherCompany", 200);
    for (const [method, path] of MATRIX) {
      if (!path.includes("{")) continue;
      // A product's code is no id: the other company has none that is called so.
      const at = concreteOf(path, ours).replace("{code}", "NENHUM");
      const [, json] = (method !== "get" && BODIES.find(([end]) => end.test(path))) || [];
      const query = path.endsWith("webhooks/{id}/replay") ? "?after=e0" : "";
      const answer = await service.send(method.toUpperCase(), at + query, {
        as: "otherCompany",
        headers: { "idempotency-key": "k2" },
        ...(json === undefined ? {} : { json }),
      });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
  }));

test("the items and movements of a note are read for its company only", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const ours = await fill(service, "ADMIN", 100);
    const [note] = await rows("select id from notes where access_key = ?1", [ours.access_key]);
    const known = { id: Number(note?.id), issuedAt: "2026-11-10T09:30:00-03:00" };
    expect(await itemsOf(ports, 1, known)).toHaveLength(2);
    expect(await itemsOf(ports, 2, known)).toEqual([]);
    await fill(service, "otherCompany", 100);
    expect(await movementsOfNote(ports, 1, ours.access_key)).toHaveLength(2);
    expect(await movementsOfNote(ports, 3, ours.access_key)).toEqual([]);
  }));
