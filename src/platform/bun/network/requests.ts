/** The methods of Bun's server about one request. */
export type BunServer = Pick<Bun.Server<undefined>, "timeout" | "requestIP">;

/** Requests with an absolute URL, and the server's methods for them. */
export interface Requests extends BunServer {
  /** The request with an absolute URL. */
  whole(request: Request): Request;
}

/**
 * HTTP/1.0 needs no Host (RFC 9112, 3.2), and Bun then gives only a path as the URL: such a request becomes one to `origin`. The
 * server knows only its own object, so the original of the copy is remembered.
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
 * Bun adds `Content-Length: 0` to an answer to HEAD without a length, which would mean the length of GET (RFC 9110, 8.6): a
 * chunked answer has none.
 */
export function fixHeadLength(head: Response): Response {
  const { status, headers } = head;
  if (head.body === null && status !== 204 && status !== 304 && !headers.has("content-length"))
    headers.set("transfer-encoding", "chunked");
  return head;
}
