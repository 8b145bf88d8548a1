import { castsOf, type Import, importsOf, impuritiesOf, tokensOf } from "./source.ts";

/** Where requests, messages, threads and people come in: they may import anything, and nobody imports them. */
export const DOORS = [
  "bun.ts",
  "worker.ts",
  "reader.worker.ts",
  "writer.worker.ts",
  "migrate.ts",
  "cli.ts",
  "demo.ts",
  "dev-edge.ts",
  "deploy.ts",
] as const;
/** Parts that belong to a door of the same name, and what several doors share. */
const OF_DOORS = ["cli", "demo", "doors"];

/** May import; a part may always import itself. A file at the root of src stands here under its own name. */
const MAY: Record<string, string> = {
  lib: "",
  nfe: "lib",
  journal: "lib ports.ts",
  stock: "lib journal ports.ts",
  accounts: "lib journal ports.ts",
  ingest: "lib nfe stock accounts journal ports.ts resilience observability",
  export: "lib stock accounts journal ports.ts resilience observability",
  mail: "lib ingest accounts journal ports.ts mailbox.ts observability",
  http: "lib nfe stock ingest export mail accounts journal ports.ts failures.ts config.ts version.ts observability resilience",
  web: "lib http ports.ts version.ts",
  resilience: "lib",
  observability: "lib ports.ts config.ts version.ts resilience",
  platform: "lib ports.ts mailbox.ts messages.ts config.ts version.ts resilience observability",
  "mailbox.ts": "",
  "ports.ts": "lib nfe mailbox.ts config.ts messages.ts observability",
  "config.ts": "nfe",
  "version.ts": "",
  "messages.ts": "",
  "failures.ts": "nfe ingest mail stock accounts export journal ports.ts",
  "app.ts": "http web lib ports.ts version.ts",
  "sweep.ts": "ingest export mail stock journal ports.ts observability",
  "consumer.ts": "ingest export journal lib ports.ts messages.ts failures.ts observability",
};

/** The threads are started by their address; nothing of a door is imported by it. */
const STARTED: Record<string, string> = {
  "src/platform/bun/documents.ts": "src/reader.worker.ts",
  "src/platform/bun/writer-thread.ts": "src/writer.worker.ts",
};

/** What is no source, and is read all the same: the list of the migrations goes into the Worker's bundle. */
const READ: Record<string, string> = {
  "src/platform/cloudflare/schema.ts": "migrations/meta/_journal.json",
};

/** No clock, no chance, no environment, no outside: what these need comes as an argument or through a port. */
const PURE =
  /^(?:lib|nfe|journal|stock|accounts|ingest|export|mail|http|web|failures\.ts|app\.ts)$/;

/** Why a part that is pure may all the same: hono-rate-limiter takes the process's clock off what the store tells it. */
const EXCUSED: Record<string, string> = { "src/http/rate-limit.ts": "Date.now(" };

/** Packages that only some parts may know. Beside these, the types of the database that ports.ts tells of. */
const KEPT_TO: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:node:|bun(?::|$)|@libsql\/|libsql$)/, /^platform$/],
  [/^(?:@hono\/(?!.*otel)|hono(?:-|\/|$)(?!\/?jwt$))/, /^(?:http|web|app\.ts|observability)$/],
  [/^hono\/jwt$/, /^accounts$/],
  [/^drizzle-orm/, /^(?:ports\.ts|platform|journal|stock|accounts|ingest|export|mail|http)$/],
];

const FORBIDDEN_NAME = /(?:^|[-_.])(?:utils?|helpers?|common|services|misc)(?:[-_.]|$)/i;
const MAX_LINES = 320;

/**
 * What a file does against the shape of the house (design, section 1): one sentence each, none when it keeps to it.
 * `there` knows which files the project has.
 */
export function violations(path: string, source: string, there: Files): string[] {
  return [
    ...ofPath(path, source),
    ...(path.startsWith("src/") ? ofSource(path, source, there) : []),
  ];
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
  const tokens = tokensOf(source);
  const part = partOf(path);
  const found: string[] = [];
  if (!(part in MAY) && !isFree(part))
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

const isDoor = (part: string): boolean => DOORS.some((door) => door === part);
const isFree = (part: string): boolean => isDoor(part) || OF_DOORS.includes(part);

/** The folder of src, or the file at its root. */
const partOf = (path: string): string => path.split("/")[1] ?? "";

/** Why a file may not have an import, or null. */
function refusal(path: string, one: Import, there: Files): string | null {
  const { specifier, how } = one;
  if (how === "computed") return "imports by a path that only a run can tell";
  if (how === "re-export") return `re-exports ${specifier}: no barrels`;
  const part = partOf(path);
  if (!specifier.startsWith(".")) return strangers(part, specifier);
  const target = resolved(path, specifier);
  if (how === "url" && STARTED[path] === target) return null;
  if (READ[path] === target) return null;
  if (!there.has(target)) return `imports ${target}, which is not there`;
  const to = partOf(target);
  if (isDoor(to)) return `imports the door ${to}`;
  if (OF_DOORS.includes(to) && !isFree(part)) return `imports ${target} of the door ${to}.ts`;
  if (part === "platform" && to === "platform") return sideways(path, target);
  if (part === to || isFree(part)) return null;
  return (MAY[part] ?? "").split(" ").includes(to) ? null : `${part} may not import ${to}`;
}

function strangers(part: string, specifier: string): string | null {
  if (isFree(part)) return null;
  if (part === "lib" && specifier !== "uuid") return `lib may not import ${specifier}`;
  if (part === "nfe" && specifier !== "zod") return `nfe may not import ${specifier}`;
  const kept = KEPT_TO.find(([name]) => name.test(specifier));
  return kept === undefined || kept[1].test(part) ? null : `${part} may not import ${specifier}`;
}

/** Inside platform: what is neutral knows no world, memory knows what is neutral, a world knows both, never another world. */
function sideways(path: string, target: string): string | null {
  const world = (file: string) => file.split("/").slice(2, -1).join("/");
  const [from, to] = [world(path), world(target)];
  if (to === "" || from === to || (from !== "" && to === "memory")) return null;
  return `platform${from === "" ? "" : `/${from}`} may not import platform/${to}`;
}

/** The path that a relative specifier means. */
function resolved(path: string, specifier: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  }
  return parts.join("/");
}
