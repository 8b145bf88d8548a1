import type { JsonFault } from "./strict-json.ts";

/** How a request may fail before a part of the domain sees it. */
export type HttpFailure =
  /** A JSON body that cannot be read, or that says two things. */
  | ({ code: "request.malformed_json" } & (
      | Exclude<JsonFault, { why: "inexact" }>
      | { why: "not_utf8" }
    ))
  /** Bytes of the address that are no UTF-8: what was meant nobody can say. `where`: the path, or the query's parameter. */
  | { code: "request.invalid_encoding"; where: string }
  /** No Host, or one that names no server (RFC 9112, 3.2); several, which the runtime joins by a comma. */
  | { code: "request.invalid_host" };
