import { DOORS, OF_DOORS } from "./doors.ts";
import {
  castsOf,
  type Import,
  importsOf,
  impuritiesOf,
  tokensOf,
  withoutMarkup,
} from "./source.ts";

/** What the page reads of the API: the types of its answers, which leave nothing in the browser's program. */
const ANSWERS =
  "http:types http/views:types http/routes/exports:types http/routes/notes:types http/routes/stock:types http/routes/accounts:types http/routes/feed:types http/routes/sefaz:types";
const VIEW = `lib accounts ${ANSWERS} page/base page/parts`;

/**
 * Which folders a folder may import besides itself. A folder is named by its path in src, a file at the root of src by its name.
 * `x:types`: only types.
 */
export const MAY: Record<string, string> = {
  lib: "",
  "version.ts": "",
  "queue-messages.ts": "",
  "metrics.ts": "",
  nfe: "lib",
  "nfe/xml": "lib nfe:types",
  "nfe/layout": "lib nfe nfe/xml",
  "nfe/check": "lib nfe",
  "nfe/signature": "nfe nfe/xml",
  "nfe/container": "lib nfe nfe/layout nfe/xml",
  "nfe/read": "lib nfe nfe/check nfe/container nfe/layout nfe/xml",
  danfe: "lib nfe nfe/layout nfe/xml",
  "danfe/pdf": "lib danfe:types",
  "messages/pt-BR/documents": "lib nfe stock:types ingest/verdict:types",
  "messages/pt-BR/failures": "lib nfe:types messages/pt-BR/documents failures.ts:types",
  "messages/pt-BR/audit": "journal:types",
  "messages/pt-BR/reports": "reports:types",
  "messages/pt-BR/alerts": "lib journal:types",
  "config.ts": "nfe",
  ports: "lib nfe config.ts queue-messages.ts metrics.ts",
  resilience: "lib",
  observability: "lib ports config.ts metrics.ts version.ts resilience",
  journal: "lib ports",
  "stock/lots": "lib journal ports",
  stock: "lib journal ports",
  "stock/supplier-items": "lib journal ports stock",
  "stock/posting": "lib journal ports stock/lots stock",
  "stock/reports": "lib ports stock/lots stock stock/posting",
  "stock/reconcile": "journal ports stock/lots stock/posting",
  accounts: "lib journal ports",
  "accounts/keys": "lib journal ports accounts",
  "accounts/login": "lib journal ports accounts accounts/keys",
  "accounts/settings": "lib journal ports accounts",
  "accounts/people": "lib accounts accounts/login journal ports resilience",
  confirmations: "lib accounts journal ports",
  "stock/catalog": "lib nfe stock stock/reports accounts journal ports resilience",
  "stock/counting":
    "lib stock stock/posting stock/reports stock/lots accounts accounts/settings journal ports resilience",
  "ingest/verdict": "lib nfe nfe/check nfe/read nfe/signature accounts:types",
  "ingest/cost": "nfe ingest/verdict accounts",
  "ingest/upload": "lib nfe:types ports ingest/verdict",
  "ingest/note":
    "lib nfe danfe messages/pt-BR/documents ingest/verdict ingest/cost stock stock/supplier-items stock/posting stock/lots accounts journal ports",
  "ingest/judge":
    "lib nfe nfe/signature ingest/verdict ingest/cost accounts accounts/settings journal ports resilience ingest/note",
  "ingest/search": "lib nfe ingest/verdict stock stock/supplier-items accounts ports ingest/note",
  "ingest/supplier-items":
    "lib nfe messages/pt-BR/documents ingest/verdict ingest/note ingest/judge stock stock/supplier-items accounts accounts/settings journal ports resilience",
  "ingest/approve":
    "lib nfe messages/pt-BR/documents ingest/verdict ingest/cost ingest/note ingest/judge stock stock/supplier-items stock/posting stock/lots accounts accounts/settings journal ports resilience",
  "ingest/reverse":
    "lib messages/pt-BR/documents ingest/verdict ingest/note ingest/judge stock stock/posting accounts accounts/settings journal ports resilience ingest/approve",
  "ingest/manual-movements":
    "lib stock stock/posting stock/lots accounts accounts/settings journal ports ingest/approve",
  "ingest/event":
    "lib nfe messages/pt-BR/documents nfe/read nfe/signature ingest/verdict ingest/note ingest/judge ingest/approve ingest/reverse stock/posting accounts accounts/settings journal ports resilience",
  "ingest/receive":
    "lib nfe messages/pt-BR/documents ingest/verdict ingest/note ingest/judge ingest/approve ingest/reverse ingest/event stock/supplier-items stock/posting stock/lots accounts accounts/settings journal ports resilience",
  "ingest/batch":
    "lib nfe nfe/container messages/pt-BR/documents ingest/verdict ingest/upload ingest/note ingest/approve ingest/event ingest/receive accounts journal ports observability resilience",
  "sefaz/wire": "lib nfe nfe/xml nfe/container ingest/upload ports",
  sefaz: "lib ports sefaz/wire",
  "sefaz/certificates": "lib nfe nfe/signature accounts accounts/settings journal ports",
  "sefaz/fetch":
    "lib nfe nfe/read nfe/xml ingest/note ingest/batch ingest/upload sefaz/wire sefaz/certificates accounts accounts/settings journal ports resilience",
  "sefaz/statements":
    "lib nfe nfe/read nfe/signature ingest/verdict ingest/note ingest/judge ingest/event sefaz/wire sefaz/certificates sefaz/fetch stock/supplier-items accounts accounts/settings journal ports resilience",
  homes: "lib journal ports accounts stock/reconcile resilience",
  reports:
    "lib nfe nfe/read sefaz/certificates sefaz/fetch sefaz/statements ingest/note ingest/search mail webhooks journal ports",
  export: "lib ingest/note stock/supplier-items journal ports",
  "export/sheets":
    "lib messages/pt-BR/audit ingest/verdict ingest/search stock stock/supplier-items stock/reports stock/lots accounts journal ports export",
  "export/files":
    "lib messages/pt-BR/reports ingest/note ingest/search stock/reports reports accounts journal ports observability export export/sheets",
  mail: "lib ingest/upload ingest/batch accounts journal ports observability resilience",
  alerts: "lib messages/pt-BR/alerts accounts accounts/settings journal ports",
  webhooks: "lib version.ts accounts journal ports resilience",
  "failures.ts":
    "alerts webhooks confirmations sefaz/certificates sefaz/fetch sefaz/statements nfe ingest/verdict mail stock stock/catalog stock/counting reports accounts export homes journal ports",
  http: "lib nfe messages/pt-BR/documents messages/pt-BR/failures stock/supplier-items ingest/verdict accounts ports failures.ts version.ts resilience",
  "http/middleware":
    "lib http failures.ts:types accounts accounts/keys accounts/login homes journal ports config.ts observability resilience",
  "http/cache": "lib http journal ports",
  "http/views":
    "lib danfe:types messages/pt-BR/documents messages/pt-BR/audit http ingest/verdict:types ingest/cost ingest/note ingest/search ingest/supplier-items ingest/approve ingest/reverse ingest/event ingest/batch stock/supplier-items stock/reports stock/lots stock/catalog stock/counting journal failures.ts webhooks",
  "http/request":
    "lib nfe http http/middleware ingest/verdict ingest/upload ingest/supplier-items ingest/approve ingest/batch export export/sheets export/files stock stock/supplier-items stock/reports stock/catalog reports journal ports",
  "http/idempotency":
    "lib http http/middleware http/request ingest/upload sefaz/fetch accounts journal ports failures.ts:types",
  "http/assistant":
    "lib http http/middleware http/views:types messages/pt-BR/documents accounts confirmations failures.ts:types ports version.ts",
  "http/stream":
    "lib http http/middleware http/views http/request export/files accounts accounts/login accounts/settings journal ports",
  "http/routes/exports":
    "lib http http/middleware http/request http/stream export export/files accounts/settings journal",
  "http/routes/notes":
    "lib messages/pt-BR/reports danfe danfe/pdf http http/middleware http/cache http/views http/request http/stream ingest/verdict ingest/upload ingest/note ingest/judge ingest/search ingest/supplier-items ingest/approve ingest/reverse ingest/event ingest/receive ingest/batch stock stock/supplier-items stock/reports reports export/files accounts accounts/login accounts/settings journal ports",
  "http/routes/stock":
    "lib http http/middleware http/cache http/views http/request http/stream ingest/note ingest/search ingest/supplier-items ingest/manual-movements stock stock/supplier-items stock/posting stock/reports stock/lots stock/catalog stock/counting reports accounts/settings journal ports",
  "http/routes/accounts":
    "lib nfe http http/middleware http/views http/request ingest/verdict ingest/judge ingest/supplier-items stock/supplier-items mail alerts accounts accounts/keys accounts/login accounts/settings accounts/people journal ports http/stream",
  "http/routes/feed":
    "lib http http/middleware http/views http/request http/stream accounts accounts/login journal webhooks",
  "http/routes/sefaz":
    "lib nfe nfe/container http http/middleware http/request sefaz/certificates sefaz/fetch sefaz/statements sefaz/wire accounts accounts/settings journal ports",
  "http/routes/assistant":
    "lib http http/middleware http/assistant accounts confirmations journal resilience",
  "http/routes/operations": "lib http http/middleware accounts ports version.ts observability",
  "platform/libsql": "lib ports queue-messages.ts resilience",
  platform: "lib ports platform/libsql resilience",
  "platform/memory": "lib ports queue-messages.ts platform",
  "platform/bun/files": "lib ports config.ts platform resilience",
  "platform/bun/threads": "lib ports config.ts platform/memory",
  "platform/bun/network": "lib ports resilience",
  "platform/bun/sefaz": "lib ports resilience",
  "platform/bun/queue": "lib ports queue-messages.ts platform/libsql resilience",
  "platform/bun/database":
    "lib ports platform platform/libsql platform/bun/files observability resilience",
  "platform/bun":
    "lib ports config.ts version.ts platform platform/libsql platform/memory platform/bun/files platform/bun/threads platform/bun/network platform/bun/sefaz platform/bun/queue platform/bun/database observability resilience",
  "platform/cloudflare":
    "lib ports config.ts queue-messages.ts metrics.ts version.ts platform platform/libsql platform/memory observability resilience",
  web: "http ports",
  "app.ts":
    "http web http/middleware http/idempotency http/assistant http/routes/exports http/routes/notes http/routes/stock http/routes/accounts http/routes/feed http/routes/sefaz http/routes/assistant http/routes/operations ports",
  "client.ts": "app.ts:types http:types",
  "page/base": `lib accounts ${ANSWERS}`,
  "page/parts": "lib page/base",
  "page/tray": VIEW,
  "page/notes": VIEW,
  "page/stock": VIEW,
  "page/mapping": VIEW,
  "page/panel": VIEW,
  "page/count": VIEW,
  "page/exports": VIEW,
  "page/admin": VIEW,
  "page/companies": VIEW,
  "page/account": `${VIEW} http/routes/assistant:types`,
  page: "lib accounts page/base page/parts page/tray page/notes page/stock page/mapping page/panel page/count page/exports page/admin page/companies page/account",
  "maintenance.ts":
    "homes accounts confirmations ingest/note ingest/judge ingest/batch sefaz/certificates sefaz/fetch export/files mail stock stock/reconcile stock/lots stock/counting journal ports queue-messages.ts:types resilience webhooks",
  "consumer.ts":
    "accounts ingest/batch export/files journal ports queue-messages.ts resilience webhooks",
};

/** Threads are started by the URL of their door, which is no import. */
const STARTED: Record<string, string> = {
  "src/platform/bun/threads/documents.ts": "src/reader.worker.ts",
  "src/platform/bun/threads/sheets.ts": "src/sheets.worker.ts",
  "src/platform/bun/database/writer-thread.ts": "src/writer.worker.ts",
};

/** Files outside of src that may be imported: the list of the migrations, and a part of zod, are in the Worker's bundle. */
const READ: Record<string, string> = {
  "src/platform/cloudflare/left-out.ts": "node_modules/zod/v4/core/json-schema-processors.js",
  "src/platform/cloudflare/schema.ts": "migrations/meta/_journal.json",
};

/** A package that one file of a part may import: `createHash` is pure, and is the same on Bun and in workerd. */
const ONE_FILE: Record<string, string> = { "src/lib/hash.ts": "node:crypto" };

/** Parts without clock, random numbers, environment and I/O: they get these as arguments or through a port. */
const PURE =
  /^(?:lib|nfe|danfe|messages|journal|stock|accounts|ingest|sefaz|export|homes|mail|alerts|webhooks|confirmations|http|web|failures\.ts|app\.ts)(?:\/|$)/;

/** Exceptions: hono-rate-limiter subtracts the process's clock from the reset time of its store. */
const EXCUSED: Record<string, string> = { "src/http/middleware/rate-limit.ts": "Date.now(" };

/** Packages that only some parts may import. */
const KEPT_TO: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:node:|bun(?::|$)|@libsql\/|libsql$)/, /^platform(?:\/|$)/],
  [
    /^(?:@hono\/(?!.*otel)|hono(?:-|\/|$)(?!\/?jwt$))/,
    /^(?:http|web|app\.ts|client\.ts|observability)(?:\/|$)/,
  ],
  [/^hono\/jwt$/, /^accounts$/],
  [/^(?:preact|@preact\/)/, /^page(?:\/|$)/],
  [
    /^drizzle-orm/,
    /^(?:ports|platform|journal|stock|accounts|ingest|sefaz|export|mail|alerts|webhooks|confirmations|http)(?:\/(?!verdict)|$)/,
  ],
];

const FORBIDDEN_NAME = /(?:^|[-_.])(?:utils?|helpers?|common|services|misc)(?:[-_.]|$)/i;
/** Lines of a file, also of a style sheet. */
export const MAX_LINES = 320;
const MAX_FILES = 24;

/**
 * The rules that a file breaks, one sentence each. `there`: the files of the project.
 */
export function violations(path: string, source: string, there: Files): string[] {
  return [
    ...ofPath(path, source),
    ...(path.startsWith("src/") ? ofSource(path, source, there) : []),
  ];
}

/** The folders of src that have too many files of their own, one sentence each. `paths`: the files of the project. */
export function crowdedFolders(paths: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (folder.startsWith("src")) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, files]) => files > MAX_FILES)
    .map(([folder, files]) => `${folder} has ${files} files`);
}

type Files = Pick<ReadonlySet<string>, "has">;

function ofPath(path: string, source: string): string[] {
  const found: string[] = [];
  const lines = source.split("\n").length - 1;
  if (lines > MAX_LINES) found.push(`${path} has ${lines} lines`);
  for (const name of path.split("/"))
    if (FORBIDDEN_NAME.test(name)) found.push(`${path} is named ${name}`);
  return found;
}

function ofSource(path: string, source: string, there: Files): string[] {
  const tokens = tokensOf(path.endsWith(".tsx") ? withoutMarkup(source) : source);
  const part = partOf(path);
  const found: string[] = [];
  if (!(part in MAY) && !isFree(path))
    found.push(`${path} belongs to no part that the fence knows`);
  for (const one of importsOf(tokens)) {
    const why = refusal(path, one, there);
    if (why !== null) found.push(`${path}:${one.line} ${why}`);
  }
  if (path !== "src/lib/cast.ts")
    for (const line of castsOf(tokens)) found.push(`${path}:${line} casts outside lib/cast.ts`);
  if (PURE.test(part))
    for (const { what, line } of impuritiesOf(tokens))
      if (EXCUSED[path] !== what) found.push(`${path}:${line} uses ${what}`);
  return found;
}

const isDoor = (target: string): boolean => DOORS.some((door) => target === `src/${door}`);
const isFree = (path: string): boolean => isDoor(path) || partOf(path) in OF_DOORS;

/** The folder of src by its whole path, or the file at its root. */
export function partOf(path: string): string {
  const [, ...parts] = path.split("/");
  return parts.length === 1 ? (parts[0] ?? "") : parts.slice(0, -1).join("/");
}

/** Why an import is not allowed; null when it is. */
function refusal(path: string, one: Import, there: Files): string | null {
  const { specifier, how } = one;
  if (how === "computed") return "imports by a path that only a run can tell";
  if (how === "re-export") return `re-exports ${specifier}: no barrels`;
  const part = partOf(path);
  if (!specifier.startsWith("."))
    return isFree(path) || ONE_FILE[path] === specifier ? null : refusedPackage(part, specifier);
  const target = resolved(path, specifier);
  if (how === "url" && STARTED[path] === target) return null;
  if (READ[path] === target) return null;
  if (!there.has(target)) return `imports ${target}, which is not there`;
  const to = partOf(target);
  if (isDoor(target)) return `imports the door ${target.slice("src/".length)}`;
  if (part === to || isDoor(path)) return null;
  if (part in OF_DOORS && !(to in OF_DOORS)) return null;
  const may = (OF_DOORS[part] ?? MAY[part] ?? "").split(" ");
  if (may.includes(to) || (one.types && may.includes(`${to}:types`))) return null;
  return `${part} may not import ${to}`;
}

function refusedPackage(part: string, specifier: string): string | null {
  if (part === "lib" && specifier !== "uuid") return `lib may not import ${specifier}`;
  if (/^nfe(?:\/|$)/.test(part) && specifier !== "zod")
    return `${part} may not import ${specifier}`;
  const kept = KEPT_TO.find(([name]) => name.test(specifier));
  return kept === undefined || kept[1].test(part) ? null : `${part} may not import ${specifier}`;
}

/** The path of a relative specifier. */
function resolved(path: string, specifier: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  }
  return parts.join("/");
}
