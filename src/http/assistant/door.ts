import type { Context, MiddlewareHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { RequestFailure } from "../../failures.ts";
import { Failed } from "../../lib/result.ts";
import type { Env } from "../env.ts";
import { readBodyBytes } from "../middleware/body-bytes.ts";
import { isAllowedOrigin } from "../middleware/cors.ts";
import { requirePermission } from "../middleware/permissions.ts";
import { readStrictJson } from "../strict-json.ts";
import { toolsOf } from "./call-tool.ts";
import {
  answerMessage,
  INVALID_REQUEST,
  PARSE_ERROR,
  rpcError,
  speaksVersion,
} from "./protocol.ts";

/** The assistant's door: the Model Context Protocol by streamable HTTP. */
export const MCP_PATH = "/mcp";

/** A message with the arguments of one tool. */
const MESSAGE_BYTES = 65_536;

/**
 * Refuses a request of a web page that is not allowed (transports, "Security Warning"): a page whose name was given
 * this server's address sends its own Origin, whatever the Host says. Fails with `mcp.origin`.
 */
export const checkOrigin: MiddlewareHandler<Env> = (c, next) => {
  const origin = c.req.header("origin");
  if (origin === undefined || isAllowedOrigin(origin, c.var.ports.config)) return next();
  throw new Failed<RequestFailure>({ code: "mcp.origin" });
};

/**
 * Answers one message. Only an API key comes in: with the token of a person an assistant could confirm what it asks for itself.
 * Fails with `mcp.key_needed`, and `auth.forbidden` for a key that may not read; what is wrong with a message is a JSON-RPC error.
 */
export async function answerMcp(c: Context<Env>): Promise<Response> {
  if (c.var.actor.keyId === undefined) throw new Failed<RequestFailure>({ code: "mcp.key_needed" });
  requirePermission(c, "read");
  c.header("cache-control", "no-store");
  if (!speaksVersion(c.req.header("mcp-protocol-version")))
    return c.json(rpcError(null, INVALID_REQUEST, "Unsupported MCP-Protocol-Version"), 400);
  const bytes = await readBodyBytes(c, MESSAGE_BYTES, () => new HTTPException(413));
  const message = messageOf(bytes);
  if (message === null) return c.json(rpcError(null, PARSE_ERROR, "Parse error"), 400);
  const answer = await answerMessage(message.value, toolsOf(c));
  if (answer === null) return c.body(null, 202);
  const invalid = "error" in answer && "id" in answer && answer.id === null;
  return c.json(answer, invalid ? 400 : 200);
}

function messageOf(bytes: Uint8Array): { readonly value: unknown } | null {
  try {
    const read = readStrictJson(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes),
    );
    return read.ok ? { value: read.value } : null;
  } catch {
    return null;
  }
}
