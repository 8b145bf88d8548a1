import type { ClientRequest, IncomingMessage } from "node:http";
import { type Agent, request as httpsRequest } from "node:https";
import { joinedBytes } from "../../../lib/bytes.ts";
import { err, ok, type Result } from "../../../lib/result.ts";
import type { SefazAddress, SefazRequest } from "../../../ports/sefaz.ts";
import { type SefazFault, type SefazFaultKind, sefazFault } from "../../../ports/sefaz-fault.ts";

/** Most bytes of an answer: 50 documents, packed, are far below. */
export const MOST_ANSWER_BYTES = 4 * 1_048_576;

/** Longest times in ms: until the connection is secure, without a byte, and in all. */
export interface SefazTimes {
  readonly connectMs: number;
  readonly silentMs: number;
  readonly totalMs: number;
}

/** How far a call has come, also when its caller does not wait for it any more. */
export interface Progress {
  isSent: boolean;
}

export interface Exchange {
  readonly address: SefazAddress;
  readonly request: SefazRequest;
  readonly agent: Agent;
  readonly times: SefazTimes;
  readonly progress: Progress;
  /** Aborts when the time of the call's class is over. */
  readonly within: AbortSignal;
}

type Answer = Result<Uint8Array, SefazFault>;

/** One POST and its answer. Never rejects. No redirect is followed, and nothing is sent again. */
export function exchange(call: Exchange): Promise<Answer> {
  const { address, request, agent, times, progress, within } = call;
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const fail = (kind: SefazFaultKind, details: { status?: number } = {}) =>
    resolve(err(faultAt(kind, progress, details)));
  const body = Buffer.from(request.body, "utf8");
  const outgoing = httpsRequest(address.url, {
    method: "POST",
    agent,
    headers: {
      "content-type": `application/soap+xml; charset=utf-8; action="${address.action}"`,
      "content-length": body.byteLength,
      accept: "application/soap+xml, text/xml",
      "accept-encoding": "identity",
      "user-agent": "sge",
    },
  });
  const connecting = setTimeout(() => fail("timeout"), times.connectMs);
  const all = setTimeout(() => fail("timeout"), times.totalMs);
  let silence: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(silence);
    silence = setTimeout(() => fail("timeout"), times.silentMs);
  };
  const sent = () => {
    clearTimeout(connecting);
    progress.isSent = true;
    alive();
  };
  const aborted = () => fail("aborted");
  const late = () => fail("timeout");
  request.signal.addEventListener("abort", aborted, { once: true });
  within.addEventListener("abort", late, { once: true });
  if (request.signal.aborted) aborted();
  watchConnection(outgoing, sent);
  outgoing.on("error", (error) => fail(kindOf(error, progress)));
  outgoing.on("response", (message) => take(message, alive, resolve, fail));
  outgoing.end(body);
  return promise.finally(() => {
    clearTimeout(connecting);
    clearTimeout(all);
    clearTimeout(silence);
    request.signal.removeEventListener("abort", aborted);
    within.removeEventListener("abort", late);
    // After a whole answer its connection stays for the next call; else it is closed.
    if (!isWhole(outgoing)) outgoing.destroy();
  });
}

const whole = new WeakSet<ClientRequest>();
const isWhole = (outgoing: ClientRequest): boolean => whole.has(outgoing);

function watchConnection(outgoing: ClientRequest, sent: () => void): void {
  outgoing.on("socket", (socket) => {
    if (outgoing.reusedSocket) sent();
    else socket.once("secureConnect", sent);
  });
  outgoing.on("response", (message) => {
    sent();
    message.on("end", () => {
      if (message.complete) whole.add(outgoing);
    });
  });
}

function take(
  message: IncomingMessage,
  alive: () => void,
  resolve: (answer: Answer) => void,
  fail: (kind: SefazFaultKind, details?: { status?: number }) => void,
): void {
  const status = message.statusCode ?? 0;
  // SOAP 1.2 sends its Fault with 500 (part 2, 7.5.2.2): what it says is in the message.
  const isMessage =
    status === 200 || (status === 500 && /xml/i.test(message.headers["content-type"] ?? ""));
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (Number(message.headers["content-length"] ?? 0) > MOST_ANSWER_BYTES) {
    fail("too_large");
    return;
  }
  message.on("data", (chunk: Uint8Array) => {
    alive();
    size += chunk.byteLength;
    if (size > MOST_ANSWER_BYTES) fail("too_large");
    else chunks.push(chunk);
  });
  message.on("error", () => fail("cut"));
  message.on("aborted", () => fail("cut"));
  message.on("close", () => fail("cut"));
  message.on("end", () => {
    if (!message.complete) fail("cut");
    else if (isMessage) resolve(ok(joinedBytes(chunks)));
    else fail("http_status", { status });
  });
}

/** A fault, which has not arrived where nothing was sent. */
export function faultAt(
  kind: SefazFaultKind,
  { isSent }: Progress,
  details: { status?: number } = {},
): SefazFault {
  const fault = sefazFault(kind, details);
  return fault.mayHaveArrived && !isSent ? { ...fault, mayHaveArrived: false } : fault;
}

/** Our certificate, or the way to it, was refused by an alert of the server. */
const ABOUT_OURS = /ALERT.*(?:CERT|UNKNOWN_CA|ACCESS_DENIED)|CERTIFICATE_REQUIRED/;
const ABOUT_TLS = /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH/;

function kindOf(error: Error, { isSent }: Progress): SefazFaultKind {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (ABOUT_OURS.test(code)) return "certificate";
  if (ABOUT_TLS.test(code)) return "tls";
  return isSent ? "cut" : "unreachable";
}
