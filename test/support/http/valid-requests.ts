import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { ACCOUNT_REQUESTS } from "./account-requests.ts";
import { AUDIT_READS } from "./audit-reads.ts";
import { BACKGROUND_REQUESTS } from "./background-requests.ts";
import { CATALOG_REQUESTS } from "./catalog-requests.ts";
import { CERTIFICATE_REQUESTS } from "./certificate-requests.ts";
import { CONFIRMATION_REQUESTS } from "./confirmation-requests.ts";
import { LOT_READS } from "./lot-reads.ts";
import { SEFAZ_REQUESTS } from "./sefaz-requests.ts";
import { SOME_PROFILE } from "./some-profile.ts";
import { SUPPLIER_REQUESTS } from "./supplier-requests.ts";
import { WEBHOOK_REQUESTS } from "./webhook-requests.ts";

export const utf8 = (text: string) => new TextEncoder().encode(text);
const note = syntheticNote({ seed: 1, items: 2 });
/** A note that the service should have. */
export const STORED_NOTE = syntheticNote({ seed: 2, items: 2 });
export const KEY = STORED_NOTE.accessKey;
const zip = await zipOf([
  { name: "a.xml", bytes: utf8(note.xml) },
  { name: "b/", bytes: utf8("") },
  { name: "c.xml", bytes: utf8(cancellationEvent(KEY)) },
]);

const BOUNDARY = "----fronteira";
const multipart = (field: string, name: string, content: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: text/xml\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`;
const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

/** A route, and what it takes. */
export interface ValidRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly type?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly bodies?: readonly (string | Uint8Array<ArrayBuffer>)[];
}

const LISTS = ["page", "limit", "cursor", "fields"];
const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

/** Every route but those of request-rows.test.ts, with a request that it would take. */
export const VALID_REQUESTS: readonly ValidRequest[] = [
  { method: "GET", path: "/api/health", query: [] },
  { method: "GET", path: "/api/health/full", query: [] },
  { method: "GET", path: "/openapi.json", query: [] },
  ...ACCOUNT_REQUESTS,
  { method: "GET", path: "/api/company", query: [] },
  {
    method: "PATCH",
    path: "/api/company",
    query: [],
    ...json(
      { name: "Loja", cnpjs: ["11222333000181"], auto_approve: true, time_zone: "America/Manaus" },
      { overridable_holds: ["retail"], require_mapping: false, environment: "production" },
    ),
  },
  ...AUDIT_READS,
  { method: "GET", path: "/api/nfes/counts", query: [] },
  { method: "GET", path: "/api/overview", query: [] },
  { method: "GET", path: "/api/dashboard/stock", query: [] },
  { method: "GET", path: "/api/company/units", query: [] },
  ...WEBHOOK_REQUESTS,
  ...SEFAZ_REQUESTS,
  ...CERTIFICATE_REQUESTS,
  ...CONFIRMATION_REQUESTS,
  {
    method: "PUT",
    path: "/api/company/units",
    query: [],
    ...json({ own: [{ spelling: "DISPLAY", unit: "DP" }] }),
  },
  { method: "GET", path: "/api/company/tax-profile", query: [] },
  {
    method: "PUT",
    path: "/api/company/tax-profile",
    query: [],
    ...json({ version: 0, preset: "real_industry" }, { version: 1, profile: SOME_PROFILE }),
  },
  {
    method: "POST",
    path: "/api/nfe/upload",
    query: ["approve"],
    type: "application/xml",
    bodies: [note.xml, cancellationEvent(KEY), "<a/>"],
  },
  {
    method: "POST",
    path: "/api/nfe/upload",
    query: ["approve"],
    type: FORM,
    bodies: [multipart("file", "nota.xml", note.xml), multipart("outro", "a", "b")],
  },
  {
    method: "POST",
    path: "/api/nfe/batch",
    query: ["approve", "dry_run"],
    type: FORM,
    bodies: [
      multipart("files", "nota.xml", note.xml),
      multipart("files", "a.zip", "PK\u0003\u0004lixo"),
    ],
  },
  {
    method: "POST",
    path: "/api/nfe/batch",
    query: ["approve", "dry_run", "async"],
    type: "application/zip",
    bodies: [zip],
  },
  {
    method: "GET",
    path: "/api/nfes",
    query: [
      ...[...LISTS, "status", "direction", "supplier", "search", "from", "to", "product_code"],
      ...["held", "updated_after", "dialect"],
    ],
  },
  { method: "GET", path: "/api/nfes/archive", query: ["month", "sheets", "company"] },
  { method: "GET", path: `/api/nfes/${KEY}`, query: [] },
  { method: "GET", path: `/api/nfes/${KEY}/cost`, query: [] },
  { method: "GET", path: `/api/nfes/${KEY}/xml`, query: [] },
  { method: "GET", path: `/api/nfes/${KEY}/danfe`, query: [] },
  { method: "GET", path: `/api/nfes/${KEY}/danfe.pdf`, query: [] },
  {
    method: "POST",
    path: `/api/nfes/${KEY}/process`,
    query: ["dry_run"],
    ...json(
      {
        override: ["no_protocol"],
        items: [{ n_item: 1, factor: 2, effect: "entry", destination: "use" }],
      },
      {},
    ),
  },
  { method: "POST", path: `/api/nfes/${KEY}/discard`, query: [], ...json({ reason: "não é" }) },
  { method: "POST", path: `/api/nfes/${KEY}/restore`, query: [] },
  {
    method: "POST",
    path: "/api/nfes/process",
    query: ["async"],
    ...json({ access_keys: [KEY] }, { job_id: "no-such-job", only: "ready" }),
  },
  {
    method: "POST",
    path: `/api/nfes/${KEY}/costs`,
    query: ["dry_run"],
    ...json(
      { amount: "12.30", reason: "frete", document: "CT-e 7", happened_at: "2026-11-28" },
      { amount: -1, reason: "abatimento", items: [1] },
    ),
  },
  {
    method: "POST",
    path: `/api/nfes/${KEY}/costs/no-such-cost/reverse`,
    query: [],
    ...json({ reason: "engano" }),
  },
  {
    method: "POST",
    path: `/api/nfes/${KEY}/reverse`,
    query: ["dry_run"],
    ...json({ reason: "engano" }),
  },
  {
    method: "POST",
    path: "/api/movements/1/reverse",
    query: ["dry_run"],
    ...json({ reason: "engano" }),
  },
  { method: "GET", path: "/api/products/P1/kardex", query: ["cursor", "limit"] },
  ...LOT_READS,
  {
    method: "POST",
    path: `/api/nfes/${KEY}/events/no-such-event/withdraw`,
    query: [],
    ...json({ reason: "arquivo falso" }),
  },
  ...BACKGROUND_REQUESTS,
  { method: "GET", path: "/api/dashboard/stats", query: ["by"] },
  { method: "GET", path: "/api/dashboard/evolution", query: ["by"] },
  {
    method: "GET",
    path: "/api/products",
    query: [...LISTS, "search", "category_id", "updated_after"],
  },
  {
    method: "GET",
    path: "/api/stock",
    query: [
      ...[...LISTS, "search", "category_id", "low", "idle", "at", "known_at", "codes"],
      ...["updated_after", "dialect"],
    ],
  },
  { method: "GET", path: "/api/stock/P1", query: ["at", "known_at"] },
  {
    method: "POST",
    path: "/api/movements",
    query: [],
    ...json({
      product_code: "P1",
      type: "ENTRADA",
      quantity: "1.5",
      unit_cost: 2,
      batch_number: "L",
      expiration_date: "2027-01-31",
      origin: "MANUAL",
      reference: "PED 1",
      notes: "achado",
      happened_at: "2026-11-20",
    }),
  },
  ...CATALOG_REQUESTS,
  {
    method: "GET",
    path: "/api/movements/list",
    query: [...LISTS, "product_code", "type", "from", "to", "origin", "reference", "dialect"],
  },
  {
    method: "POST",
    path: "/api/counts",
    query: [],
    ...json(
      { name: "Tudo", scope: "all", note: "fim de ano" },
      { name: "Categoria", scope: "category", category_id: 1 },
      { name: "Prateleira", scope: "location", location: "P1" },
      { name: "Lista", scope: "products", product_codes: ["P1"] },
    ),
  },
  { method: "GET", path: "/api/counts", query: ["cursor", "limit"] },
  { method: "GET", path: "/api/counts/x", query: [] },
  { method: "GET", path: "/api/counts/x/review", query: ["show", "cursor", "limit"] },
  {
    method: "GET",
    path: "/api/counts/x/lines",
    query: ["product_code", "aside", "cursor", "limit"],
  },
  {
    method: "POST",
    path: "/api/counts/x/lines",
    query: [],
    headers: [["idempotency-key", "k1"]],
    ...json({
      lines: [
        {
          product_code: "P1",
          quantity: "1.5",
          device: "coletor 1",
          lot: "L",
          note: "caixa aberta",
        },
        { barcode: "7891", quantity: 2, device: "c", counted_at: "2026-11-28T10:00:00-03:00" },
      ],
    }),
  },
  { method: "DELETE", path: "/api/counts/x/lines/1", query: [] },
  {
    method: "POST",
    path: "/api/counts/x/unknown/1/assign",
    query: [],
    ...json({ product_code: "P1" }),
  },
  {
    method: "POST",
    path: "/api/counts/x/close",
    query: ["dry_run"],
    ...json({ missing: "keep", reason: "inventário" }),
  },
  { method: "POST", path: "/api/counts/x/cancel", query: [], ...json({ reason: "engano" }) },
  ...SUPPLIER_REQUESTS,
  {
    method: "GET",
    path: "/api/export/stock",
    query: ["search", "category_id", "low", "idle", "dialect"],
  },
  {
    method: "GET",
    path: "/api/export/movements",
    query: ["product_code", "type", "from", "to", "origin", "reference", "dialect"],
  },
  ...["/api/export/nfes", "/api/export/nfe-items"].map((path) => ({
    method: "GET",
    path,
    query: [
      ...["status", "direction", "supplier", "search", "from", "to", "product_code"],
      ...["held", "updated_after", "dialect"],
    ],
  })),
  {
    method: "GET",
    path: "/api/reports/completeness",
    query: [
      ...["month", "from", "to", "held_days", "due_days", "all_waiting"],
      ...["check", "cursor", "limit", "company"],
    ],
  },
  {
    method: "GET",
    path: "/api/export/completeness",
    query: ["month", "from", "to", "held_days", "due_days", "all_waiting", "dialect"],
  },
  {
    method: "GET",
    path: "/api/export/inventory",
    query: ["date", "known_at", "dialect", "format", "skip_unfit"],
  },
];
