import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { publicUrl } from "../../../lib/public-url.ts";
import type {
  Outgoing,
  OutgoingAnswer,
  OutgoingFault,
  OutgoingPost,
} from "../../../ports/outgoing.ts";
import { callLimiter, remoteCircuit } from "../../../resilience/policies.ts";
import { isPrivate, isUncallable } from "./addresses.ts";
import { answerOf } from "./answer-head.ts";

/** Bytes of an answer that are read to find the end of its head. */
const MOST_HEAD_BYTES = 16_384;

export interface OutgoingRules {
  /** Whether loopback and private networks may be called (WEBHOOKS_ALLOW_PRIVATE). */
  readonly allowPrivate: boolean;
  /** All addresses of a name; a test replaces it. */
  readonly resolve?: (host: string) => Promise<readonly { readonly address: string }[]>;
  /** Certificates to trust instead of the system's, in PEM. */
  readonly ca?: string;
}

/** A reason that is no defect: it becomes the fault of the answer. */
class Refused extends Error {
  constructor(readonly fault: OutgoingFault) {
    super(fault);
  }
}

/**
 * HTTP/1.1 over a socket to the address that was checked, so that a second answer of the DNS cannot lead elsewhere; the
 * certificate is verified for the name. No circuit counts: one server's failures say nothing about another's.
 */
export function bunOutgoing({
  allowPrivate,
  ca,
  resolve = (host) => lookup(host, { all: true }),
}: OutgoingRules): Outgoing {
  const limited = callLimiter(remoteCircuit("webhooks", { counts: () => false }), "webhook", {
    canQueue: true,
  });
  return {
    async post(request, signal) {
      const parsed = publicUrl(request.url, allowPrivate);
      if (!parsed.ok) return { fault: "url_refused" };
      const url = parsed.value;
      try {
        return await limited(async (within) => {
          const limits = [within, AbortSignal.timeout(request.timeoutMs), signal];
          const over = AbortSignal.any(limits.filter((one) => one !== undefined));
          const address = await before(over, addressOf(url, resolve, allowPrivate));
          return await exchange({ url, address, ca, request }, over);
        });
      } catch (error) {
        signal?.throwIfAborted();
        // What is none of ours comes from the limits of time and of calls.
        return { fault: error instanceof Refused ? error.fault : "timeout" };
      }
    },
  };
}

/** The result of work that cannot be aborted; rejects when the time is over. */
function before<T>(over: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new Refused("timeout"));
  if (over.aborted) late();
  over.addEventListener("abort", late, { once: true });
  return Promise.race([work, promise]).finally(() => over.removeEventListener("abort", late));
}

async function addressOf(
  { hostname }: URL,
  resolve: NonNullable<OutgoingRules["resolve"]>,
  allowPrivate: boolean,
): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const found =
    isIP(host) === 0
      ? await resolve(host).catch(() => {
          throw new Refused("name_not_found");
        })
      : [{ address: host }];
  const chosen = found.find(({ address }) =>
    allowPrivate ? !isUncallable(address) : !isPrivate(address),
  );
  if (chosen === undefined)
    throw new Refused(found.length === 0 ? "name_not_found" : "private_address");
  return chosen.address;
}

interface Exchange {
  readonly url: URL;
  readonly address: string;
  readonly ca: string | undefined;
  readonly request: OutgoingPost;
}

function exchange(
  { url, address, ca, request }: Exchange,
  over: AbortSignal,
): Promise<OutgoingAnswer> {
  const secure = url.protocol === "https:";
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port || (secure ? 443 : 80));
  const { promise, resolve, reject } = Promise.withResolvers<OutgoingAnswer>();
  const open = () => socket.write(bytesOf(url, request));
  const socket: Socket = secure
    ? connectTls(
        {
          host: address,
          port,
          // A server name is never an address (RFC 6066, 3); the certificate is then verified for the address.
          ...(isIP(name) === 0 ? { servername: name } : {}),
          ...(ca === undefined ? {} : { ca }),
          ALPNProtocols: ["http/1.1"],
        },
        open,
      )
    : connectTcp({ host: address, port }, open);
  let head = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk) => {
    head += String(chunk);
    const answer = answerOf(head);
    if (answer === "broken" || (answer === null && head.length > MOST_HEAD_BYTES))
      reject(new Refused("broken_answer"));
    else if (answer !== null) resolve(answer);
  });
  socket.on("error", (error) => reject(new Refused(faultOf(error))));
  socket.on("close", () => reject(new Refused("broken_answer")));
  const late = () => reject(new Refused("timeout"));
  if (over.aborted) late();
  over.addEventListener("abort", late, { once: true });
  return promise.finally(() => {
    over.removeEventListener("abort", late);
    socket.destroy();
  });
}

function bytesOf(url: URL, { headers, body }: OutgoingPost): string {
  const sent = {
    ...headers,
    host: url.host,
    "content-length": String(new TextEncoder().encode(body).byteLength),
    connection: "close",
  };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}`);
  return `POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

const ABOUT_TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/;

function faultOf(error: Error): OutgoingFault {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (ABOUT_TLS.test(code)) return "tls";
  return code === "ECONNRESET" || code === "EPIPE" ? "broken_answer" : "unreachable";
}
