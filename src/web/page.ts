import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import type { Env } from "../http/env.ts";
import { httpProblem } from "../http/problem.ts";
import type { PageEncoding, PageFile } from "../ports/page.ts";

/** The views of the page: each address, and all below it, is answered with the one document, which shows what belongs there. */
export const VIEWS = [
  "entrar",
  "convite",
  "notas",
  "estoque",
  "de-para",
  "painel",
  "contagem",
  "exportacoes",
  "admin",
  "empresas",
  "conta",
] as const;

/** Nothing but our own files, no frame around, no text that becomes code: `require-trusted-types-for` stops it in the browser. */
const DOCUMENT_POLICY = [
  "default-src 'none'",
  // WebAssembly reads barcodes where the browser cannot.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");
/** A service worker obeys the policy of its own file: it may ask our server. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

const NOT_BUILT =
  "A página ainda não foi construída: execute `bun src/tools/build-page.ts` na pasta do projeto. A API responde em /api.\n";

type Headers = Readonly<Record<string, string>>;

/** The document changes with each version, and names the files that do not. */
const DOCUMENT: Headers = {
  "content-security-policy": DOCUMENT_POLICY,
  "permissions-policy": "camera=(self)",
  "cache-control": "no-cache",
};
const WORKER: Headers = { "content-security-policy": WORKER_POLICY, "cache-control": "no-cache" };
const UNNAMED: Headers = { "cache-control": "no-cache" };
/** Their names have a hash of their content. */
const ASSET: Headers = { "cache-control": "public, max-age=31536000, immutable" };

/** Files at fixed addresses that the document, a browser or a phone asks for by name. */
const NAMED: readonly (readonly [string, Headers])[] = [
  ["/sw.js", WORKER],
  ["/manifest.webmanifest", UNNAMED],
  ["/favicon.ico", UNNAMED],
  ["/icon.svg", UNNAMED],
];

/**
 * Serves the page that people use: the document at a closed list of addresses, so that an unknown one stays 404, and its files.
 * It needs no login; the document asks the API, which decides.
 */
export function servePage(app: OpenAPIHono<Env>): void {
  const document = answerFile("/", DOCUMENT);
  app.get("/", document);
  for (const view of VIEWS) app.get(`/${view}`, document).get(`/${view}/:below{.+}`, document);
  for (const [path, headers] of NAMED) app.get(path, answerFile(path, headers));
  app.get("/assets/:file", (c) => sendFile(c, c.req.path, ASSET));
}

/** Whether a request asks for a file of the page: those answers belong to our own page and to no other origin. */
export const asksForPage = (path: string): boolean =>
  path === "/" ||
  path.startsWith("/assets/") ||
  NAMED.some(([named]) => named === path) ||
  VIEWS.some((view) => path === `/${view}` || path.startsWith(`/${view}/`));

const answerFile =
  (path: string, headers: Headers): MiddlewareHandler<Env> =>
  (c) =>
    sendFile(c, path, headers);

/** A file of the page with these headers beside its own; 404 where it is not there. */
export async function sendFile(c: Context<Env>, path: string, headers: Headers): Promise<Response> {
  const file = await c.var.ports.page.file(path, encodingsOf(c));
  if (file !== null) return answered(c, file, headers);
  if (path !== "/") return httpProblem(c, 404);
  const type = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return c.body(NOT_BUILT, 503, type);
}

function answered(c: Context<Env>, file: PageFile, own: Headers): Response {
  const etag = `W/${file.etag}`;
  const headers = { ...own, etag, vary: "Accept-Encoding" };
  if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
  return c.body(file.bytes, 200, {
    ...headers,
    "content-type": file.type,
    "content-length": String(file.bytes.byteLength),
    ...(file.encoding === null ? {} : { "content-encoding": file.encoding }),
  });
}

const ENCODINGS: readonly PageEncoding[] = ["br", "gzip"];

/** What the client reads, the best first. */
function encodingsOf(c: Context<Env>): PageEncoding[] {
  if (c.req.header("accept-encoding") === undefined) return [];
  return ENCODINGS.filter(
    (encoding) =>
      accepts(c, {
        header: "Accept-Encoding",
        supports: [encoding, "identity"],
        default: "identity",
      }) === encoding,
  );
}
