import { trusted } from "../lib/cast.ts";

/** The service worker: keeps this version's files, so that the page opens and counts without a network. It never keeps answers of the API. */

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
/** What a service worker has, of which the types of a page know nothing. */
interface WorkerScope {
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
}

/** The build writes both: the version changes with any file (src/tools/build-page.ts). */
declare const VERSION: string;
declare const FILES: readonly string[];

const scope = trusted<WorkerScope>(globalThis);
const NAME = `sge-${VERSION}`;
const DOCUMENT = "/";
/** A network that does not answer in this time is none: the kept document is shown. */
const DOCUMENT_MS = 4_000;

scope.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(NAME);
    await cache.addAll([DOCUMENT, ...FILES]);
    await scope.skipWaiting();
  };
  event.waitUntil(keep());
});

scope.addEventListener("activate", (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("sge-") && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(tidy());
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(kept(request));
  else if (request.mode === "navigate" && !/^\/(?:api\/|openapi|docs)/.test(pathname))
    event.respondWith(documentOf(request));
});

/** A file with a hash in its name never changes. The reader of barcodes is kept once it was used: then the camera needs no network. */
async function kept(request: Request): Promise<Response> {
  const here = await caches.match(request, { ignoreVary: true });
  if (here !== undefined) return here;
  const answer = await fetch(request);
  if (answer.ok && request.url.endsWith(".wasm"))
    await (await caches.open(NAME)).put(request, answer.clone());
  return answer;
}

/** The newest document; without a network the one of this version. */
async function documentOf(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(DOCUMENT_MS) });
  } catch (fault) {
    const last = await caches.match(DOCUMENT, { cacheName: NAME, ignoreVary: true });
    if (last === undefined) throw fault;
    return last;
  }
}
