import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { SefazAddressOf } from "../../../src/ports/sefaz.ts";
import { addressOf } from "../../../src/sefaz/hosts.ts";
import type { Authority } from "./authority.ts";
import type { SefazPlay } from "./play.ts";

/** How the play's server asks for the certificate: by renegotiation in TLS 1.2, or in the handshake. */
export type TlsMode = "renegotiation" | "tls12" | "tls13";

/**
 * What the TLS side does with an answer in place of sending it. `cut_before`: the service did not get the message, nor does it where
 * a Response stands in place of a fault.
 */
export type TlsFault =
  | "cut_before"
  | "cut"
  | "truncated"
  | "chunks_cut"
  | "silent"
  | "endless"
  | "slow";

/** What the play saw of a request. */
export interface SeenRequest {
  readonly holder: string;
  readonly protocol: string;
  readonly contentType: string;
  readonly opened: number;
  readonly renegotiated: number;
}

export interface TlsPlay {
  /** Every service is at this address. */
  readonly addressOf: SefazAddressOf;
  readonly url: string;
  readonly seen: SeenRequest[];
  /** For the next requests, one each; then `plan`. */
  readonly faults: (TlsFault | Response | null)[];
  stop(): void;
}

/** Starts the play over mTLS, with the authority's server certificate; the CN of the client's certificate names its holder. */
export async function tlsPlay(
  play: SefazPlay,
  authority: Authority,
  mode: TlsMode,
  plan: () => TlsFault | Response | null = () => null,
): Promise<TlsPlay> {
  const seen: SeenRequest[] = [];
  const faults: (TlsFault | Response | null)[] = [];
  const backend = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const header = (name: string) => request.headers.get(name) ?? "";
      const holder = decodeURIComponent(header("x-holder"));
      seen.push({
        holder,
        protocol: header("x-protocol"),
        contentType: header("content-type"),
        ...JSON.parse(header("x-connections")),
      });
      const fault = faults.shift() ?? plan();
      const isLost = fault === "cut_before" || fault instanceof Response;
      const cnpj = /:([0-9A-Z]{11,14})$/.exec(holder)?.[1] ?? null;
      const answer = await play.receive(await request.text(), cnpj, isLost);
      if (fault instanceof Response) return fault;
      return new Response(answer, {
        headers: {
          "content-type": "application/soap+xml; charset=utf-8",
          ...(fault === null ? {} : { "x-play": fault.replace("_before", "") }),
        },
      });
    },
  });
  const front = spawn(
    "node",
    [
      join(import.meta.dir, "tls-front.mjs"),
      authority.folder,
      mode,
      `http://127.0.0.1:${backend.port}/`,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const url = `https://localhost:${await portOf(front)}/ws`;
  return {
    url,
    seen,
    faults,
    addressOf: (service, environment, state) =>
      addressOf(service, environment, state, [{ name: service, url }]),
    stop() {
      front.kill();
      void backend.stop(true);
    },
  };
}

function portOf(front: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  front.stdout?.once("data", (line) => resolve(Number(String(line))));
  front.once("exit", () => reject(new Error("the play's TLS side has ended")));
  return promise;
}
