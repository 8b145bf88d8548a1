import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { VALID_REQUESTS } from "../support/http/valid-requests.ts";
import { PASSWORD, TAKES_ALL } from "../support/idempotency/world.ts";
import { lossEvent } from "../support/notes/loss-events.ts";
import { somePfx } from "../support/sefaz/some-pfx.ts";
import { type Asked, askedFor, fetched, sessions, stated } from "./examples-asked.ts";

const PATH = "src/http/contract/examples.json";
const item = { cProd: "P1", xProd: "CAFE TORRADO 500 G", uCom: "UN", qCom: "10", vUnCom: "2.50" };
const noteOf = (seed: number) => syntheticNote({ seed: 100 + seed, items: [item] });

/** What a route has as examples: the JSON of a request that it takes, and of the answer to it. */
export interface Example {
  readonly request?: unknown;
  readonly answer?: unknown;
}

/** The queries that a route does not answer without. */
const QUERIES: Readonly<Record<string, string>> = {
  "GET /api/supplier-items/suggestions": `?supplier_cnpj=${noteOf(1).xml.match(/<emit><CNPJ>(\w+)/)?.[1]}&code=P1&unit=UN`,
  "GET /api/reports/movements": "?start_date=2026-11-01&end_date=2026-11-30",
  "GET /api/reports/completeness": "?month=2026-11",
};

/** Bodies that are taken where the one of every test is refused. */
const BODIES: Readonly<Record<string, unknown>> = {
  "POST /api/counts/{id}/unknown/{line}/assign": { product_code: "P2" },
  "POST /api/config/email/test": {
    imap_host: "imap.example.com",
    imap_user: "notas@loja.example",
    imap_password: "********",
  },
  "POST /api/confirmations/{id}": {},
  "POST /api/session/company": { company: 1 },
  "POST /api/sefaz/parked/retry": { cnpj: COMPANY.cnpj, nsu: 1 },
  "POST /api/users": { name: "Bruno", email: "bruno@loja.example", role: "OPERADOR", invite: true },
  "PUT /api/users/{id}": { name: "Ana Lima", role: "GERENTE" },
  "POST /api/nfes/{access_key}/costs": { amount: "12.30", reason: "frete", document: "CT-e 7" },
  "POST /api/counts": { name: "Prateleira", scope: "products", product_codes: ["P1"] },
  "POST /api/nfes/{access_key}/process": { items: [{ n_item: 1, factor: "12" }] },
  "POST /api/movements/batch": {
    items: [
      { product_code: "P1", type: "ENTRADA", quantity: "2.5", unit_cost: "9.99" },
      { product_code: "P1", type: "SAIDA", quantity: 1 },
    ],
  },
  "POST /api/keys": { name: "ERP da loja", role: "OPERADOR" },
  "POST /api/exports": { type: "movements", filters: { from: "2026-11-01" }, dialect: "rfc4180" },
  "PATCH /api/products/{code}": { min_stock: "5", location: "Rua 3" },
  "PUT /api/products/{code}": { name: "CAFE TORRADO 500 G", unit: "UN", sale_price: "19.90" },
  "PUT /api/config/email": {
    imap_host: "imap.example.com",
    imap_port: 993,
    imap_user: "notas@loja.example",
    imap_password: "********",
    active: true,
  },
  "PUT /api/supplier-items": {
    supplier_cnpj: noteOf(1).xml.match(/<emit><CNPJ>(\d+)/)?.[1] ?? "",
    code: "P1",
    unit: "UN",
    product_code: "P1",
    factor: "12",
  },
};

/** They end the session, or change what the others are asked about. */
const LAST = [
  "POST /api/nfes/{access_key}/reverse",
  "PATCH /api/company",
  "POST /api/counts/{id}/close",
  "POST /api/counts/{id}/cancel",
  "PUT /api/me/password",
  "POST /api/session/company",
  "POST /api/logout",
  "DELETE /api/session",
];

/** Secrets, and what a person has typed, are not shown. */
const HIDDEN: Readonly<Record<string, string>> = {
  token: "eyJhbGciOi…",
  key: "sge_…",
  prefix: "sge_…",
  secret: "whsec_…",
  password: "uma senha comprida",
  new_password: "outra senha comprida",
  current_password: "uma senha comprida",
  imap_password: "********",
  passphrase: "a senha do arquivo",
  pfx: "MIIK…",
};

function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shown);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      typeof one === "string" ? (HIDDEN[name] ?? one) : shown(one),
    ]),
  );
}

/** Makes what the paths name, and gives the address of each path with parameters. */
async function prepared(service: TestApp): Promise<Asked> {
  const { upload, send, rows, ports } = service;
  const post = async (path: string, json?: unknown, headers: Record<string, string> = {}) =>
    (await send("POST", path, { headers, ...(json === undefined ? {} : { json }) })).body;
  for (const seed of [1, 2, 3]) await upload(noteOf(seed).xml, "?approve=true");
  for (const seed of [4, 5, 6]) await upload(noteOf(seed).xml, "?approve=false");
  await upload(lossEvent(noteOf(3).accessKey, [{ nItem: 1, quantity: "1", unit: "UN" }]));
  const [event] = (await send("GET", `/api/nfes/${noteOf(3).accessKey}`)).body.events;
  const hook = await post("/api/webhooks", { url: "https://erp.loja.example/sge", events: ["*"] });
  const certificate = { pfx: somePfx().toBase64(), passphrase: "segredo" };
  await post("/api/certificates", certificate);
  await post("/api/products", { code: "P2", name: "FILTRO DE PAPEL", unit: "UN" });
  await post("/api/products", { code: "P3", name: "ACUCAR 1 KG", unit: "UN" });
  const counting = { name: "Filtros", scope: "products", product_codes: ["P2"] };
  const count = await post("/api/counts", counting);
  const other = await post("/api/counts", { ...counting, name: "Enganos", product_codes: ["P3"] });
  await post("/api/movements", {
    ...{ product_code: "P1", type: "ENTRADA", quantity: 1, batch_number: "L1" },
  });
  const line = { product_code: "P2", quantity: 9, device: "coletor 1" };
  const unknown = { barcode: "7891000100103", quantity: 2, device: "coletor 1" };
  await post(
    `/api/counts/${count.count.id}/lines`,
    { lines: [line, unknown] },
    { "idempotency-key": "1" },
  );
  const exported = await post("/api/exports", { type: "stock" });
  const cost = await post(`/api/nfes/${noteOf(2).accessKey}/costs`, {
    amount: "12.30",
    reason: "frete",
  });
  await post(`/api/nfes/${noteOf(2).accessKey}/statement`, { type: "210200" });
  const job = await post("/api/nfes/process?async=true", { access_keys: [noteOf(5).accessKey] });
  const person = await post("/api/users", { email: "ana@loja.example", role: "OPERADOR" });
  await post("/api/categories", { name: "Grãos" });
  await send("PUT", "/api/config/email", {
    json: {
      imap_host: "imap.example.com",
      imap_user: "notas@loja.example",
      imap_password: PASSWORD,
    },
  });
  await send("PUT", "/api/config/alerts", { json: { recipients: ["dona@loja.example"] } });
  const { key } = await post("/api/keys", { name: "Assistente", role: "GERENTE" });
  const failed = await post("/api/exports", { type: "nfes" });
  await ports.writer.commit({
    statements: [
      {
        sql: "update jobs set state = 'failed', finished_at = created_at, failure = '{}' where company = 1 and id = ?1",
        args: [failed.id],
      },
    ],
    read: () => undefined,
  });
  const [moved] = await rows("select max(id) as id from movements where origin = 'MANUAL'");
  const [one, two, three, four, six] = [1, 2, 3, 4, 6].map(
    (seed) => `/api/nfes/${noteOf(seed).accessKey}`,
  );
  const counted = `/api/counts/${count.count.id}`;
  const at = new Map([
    ["GET /api/nfes/{access_key}", `${one}`],
    ["GET /api/nfes/{access_key}/cost", `${one}/cost`],
    ["POST /api/nfes/{access_key}/costs", `${one}/costs`],
    ["POST /api/nfes/{access_key}/costs/{id}/reverse", `${two}/costs/${cost.cost_id}/reverse`],
    ["POST /api/nfes/{access_key}/events/{id}/withdraw", `${three}/events/${event?.id}/withdraw`],
    ["POST /api/nfes/{access_key}/reverse", `${one}/reverse`],
    ["POST /api/nfes/{access_key}/discard", `${six}/discard`],
    ["POST /api/nfes/{access_key}/restore", `${six}/restore`],
    ["POST /api/nfes/{access_key}/process", `${four}/process`],
    ["POST /api/movements/{id}/reverse", `/api/movements/${moved?.id}/reverse`],
    ["GET /api/exports/{id}", `/api/exports/${exported.id}`],
    ["GET /api/jobs/{id}", `/api/jobs/${job.job_id}`],
    ["PUT /api/users/{id}", `/api/users/${person.id}`],
    ["POST /api/users/{id}/invite", `/api/users/${person.id}/invite`],
    ["POST /api/counts/{id}/unknown/{line}/assign", `${counted}/unknown/2/assign`],
    ["DELETE /api/counts/{id}/lines/{line}", `${counted}/lines/1`],
    ["PUT /api/categories/{id}", "/api/categories/1"],
    ["POST /api/sefaz/calls/{id}/answer", `/api/sefaz/calls/${await fetched(service)}/answer`],
    [
      "POST /api/sefaz/statements/{id}/answer",
      `/api/sefaz/statements/${await stated(service, three)}/answer`,
    ],
    ["POST /api/nfes/{access_key}/statement", `${three}/statement`],
    ["GET /api/nfes/{access_key}/danfe", `${one}/danfe`],
    ["POST /api/counts/{id}/cancel", `/api/counts/${other.count.id}/cancel`],
    ["POST /api/jobs/{id}/replay", `/api/jobs/${failed.id}/replay`],
    ["GET /api/confirmations/{id}", `/api/confirmations/${await askedFor(service, key, 1)}`],
    ["POST /api/confirmations/{id}", `/api/confirmations/${await askedFor(service, key, 2)}`],
  ]);
  for (const [of, made] of [
    ["/api/counts/{id}", counted],
    ["/api/webhooks/{id}", `/api/webhooks/${hook.id}`],
    ["/api/products/{code}", "/api/products/P1"],
    ["/api/stock/{code}", "/api/stock/P1"],
    ["/api/lots/{lot}/trace", "/api/lots/L1/trace"],
  ] as const)
    for (const method of ["GET", "POST", "PATCH", "PUT"])
      for (const rest of [
        "",
        ...["/lines", "/review", "/close", "/cancel"],
        "/kardex",
        "/lots",
        ...["/rotate-secret", "/deliveries", "/ping"],
      ])
        if (!at.has(`${method} ${of}${rest}`)) at.set(`${method} ${of}${rest}`, made + rest);
  const { bodies, headers } = await sessions(service);
  return { at, headers, bodies: { ...bodies, "POST /api/certificates": certificate } };
}

type Operations = Readonly<
  Record<string, Readonly<Record<string, { readonly requestBody?: unknown }>>>
>;

/** What each route answers to a request that it takes, over made data. */
export async function examples(): Promise<Map<string, Example>> {
  const found = new Map<string, Example>();
  await withApp(async (service) => {
    const paths: Operations = (await service.send("GET", "/openapi.json")).body.paths;
    const { at, bodies, headers: ofRoute } = await prepared(service);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
    const order = ({ method, path }: { method: string; path: string }) =>
      LAST.indexOf(`${method} ${path}`) + (method === "GET" ? 0 : 1);
    routes.sort((a, b) => order(a) - order(b));
    for (const { method, path } of routes) {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
      const known = VALID_REQUESTS.filter((one) => one.method === method && pattern.test(one.path));
      const valid = known.find(({ type }) => type === "application/json") ?? known[0];
      const route = `${method} ${path}`;
      const usual = valid?.type === "application/json" ? String(valid.bodies?.[0]) : undefined;
      const given = bodies[route] ?? BODIES[route];
      const text = given === undefined ? usual : JSON.stringify(given);
      const address = (at.get(route) ?? path) + (QUERIES[route] ?? "");
      const file = valid?.bodies?.[0];
      const withBody =
        text !== undefined
          ? { json: JSON.parse(text) }
          : file === undefined
            ? {}
            : { body: typeof file === "string" ? new TextEncoder().encode(file) : file };
      const headers = {
        ...(method === "PATCH" ? {} : Object.fromEntries(valid?.headers ?? [])),
        ...(text === undefined && valid?.type !== undefined ? { "content-type": valid.type } : {}),
        ...ofRoute[route],
      };
      const answer =
        address.includes("{") || path.includes("stream")
          ? null
          : await service.send(method, address, {
              headers,
              ...withBody,
              // Beside a token a cookie does not count.
              ...("cookie" in headers ? { as: "anonymous" as const } : {}),
            });
      const isJson = /^application\/json/.test(answer?.headers.get("content-type") ?? "");
      const example = {
        ...(text === undefined ? {} : { request: shown(JSON.parse(text)) }),
        ...(answer !== null && answer.status < 300 && isJson ? { answer: shown(answer.body) } : {}),
      };
      if (Object.keys(example).length > 0) found.set(route, example);
    }
  }, TAKES_ALL);
  return found;
}

/** Ids that each run makes: UUIDs, checksums, ids of keys, addresses of mail. */
const MADE_BY_RUN =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-hjkmnp-tv-z]{10}|nfe-[0-9a-z]{24}@\S+)$/;

/** For each id of this run, the one that stood in its place before. */
function earlierIds(fresh: unknown, before: unknown, found = new Map<string, string>()) {
  if (typeof fresh === "string" && typeof before === "string") {
    if (fresh !== before && MADE_BY_RUN.test(fresh) && MADE_BY_RUN.test(before))
      found.set(fresh, before);
  } else if (isRecord(fresh) && isRecord(before))
    for (const [name, value] of Object.entries(fresh)) earlierIds(value, before[name], found);
  return found;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The file's JSON as it would be made now, with the ids that stand there: only what has changed is another. */
export function renewed(all: Awaited<ReturnType<typeof examples>>, before: unknown): string {
  const sorted = Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
  let json = JSON.stringify(sorted);
  for (const [fresh, earlier] of earlierIds(sorted, before)) json = json.replaceAll(fresh, earlier);
  return json;
}

if (import.meta.main) {
  const all = await examples();
  const module = renewed(all, await Bun.file(PATH).json());
  await Bun.write(PATH, module);
  Bun.spawnSync(["bunx", "biome", "check", "--write", PATH]);
  process.stdout.write(
    `${all.size} routes, ${[...all.values()].filter(({ answer }) => answer !== undefined).length} with an answer, ${Bun.gzipSync(module).byteLength} bytes gzip\n`,
  );
  process.exit(0);
}
