/** What Bun's server asks and is told of a request. */
export type BunServer = Pick<Bun.Server<undefined>, "timeout" | "requestIP">;

/** Requests as the app takes them, and what the server knows of each. */
export interface Requests extends BunServer {
  /** The request with a whole address. */
  whole(request: Request): Request;
}

/**
 * HTTP/1.0 needs no Host (RFC 9112, 3.2), and Bun then gives a path where every URL has an origin: such a request goes on
 * as one to `origin`. The server knows only its own object, so the copy's is found again.
 */
export function requestsOf(server: BunServer, origin: string): Requests {
  const originals = new WeakMap<Request, Request>();
  const known = (request: Request) => originals.get(request) ?? request;
  return {
    timeout: (request, seconds) => server.timeout(known(request), seconds),
    requestIP: (request) => server.requestIP(known(request)),
    whole(request) {
      if (!request.url.startsWith("/")) return request;
      const copy = new Request(origin + request.url, request);
      originals.set(copy, request);
      return copy;
    },
  };
}

/**
 * Bun says `Content-Length: 0` of an answer to HEAD that has no length, which would be that of GET (RFC 9110, 8.6): one that is
 * chunked has none.
 */
export function fixHeadLength(head: Response): Response {
  const { status, headers } = head;
  if (head.body === null && status !== 204 && status !== 304 && !headers.has("content-length"))
    headers.set("transfer-encoding", "chunked");
  return head;
}
