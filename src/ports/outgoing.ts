/** A POST to a server that a user named. */
export interface OutgoingPost {
  readonly url: string;
  /** Names in lower case, values in ASCII. The implementation adds Host and Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the call to the last byte of the answer's head. */
  readonly timeoutMs: number;
}

/** Why there is no answer. `url_refused`: lib/public-url.ts; `private_address`: the name leads to no public address. */
export type OutgoingFault =
  | "url_refused"
  | "private_address"
  | "name_not_found"
  | "unreachable"
  | "tls"
  | "timeout"
  | "broken_answer";

/** `retryAfterS`: the header Retry-After where it gives seconds. The body of an answer is not read. */
export type OutgoingAnswer =
  | { readonly status: number; readonly retryAfterS: number | null }
  | { readonly fault: OutgoingFault };

/**
 * Posts to servers that our users name. Follows no redirect, reads at most 16 KiB, and connects to no private, loopback,
 * link-local or metadata address unless that is allowed: the address that was checked is the one that is connected to.
 */
export interface Outgoing {
  /** Rejects only when `signal` aborts. */
  post(request: OutgoingPost, signal?: AbortSignal): Promise<OutgoingAnswer>;
}
