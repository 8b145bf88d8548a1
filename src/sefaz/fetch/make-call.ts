import { err, ok } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { OpenCertificate, SefazCaller } from "../../ports/sefaz.ts";
import { sefazFault } from "../../ports/sefaz-fault.ts";
import {
  distributionRequest,
  openAnswer,
  readPackedAnswer,
  type Wanted,
} from "../wire/distribution.ts";
import type { CallPermit } from "./claim-call.ts";
import { type Received, receiveResult } from "./receive-result.ts";
import type { CallResult } from "./times.ts";

/** A certificate of the company, until its end (ms UTC). */
export type FetchCertificate = OpenCertificate & { readonly endsAt: number };

/** The SOAP message of a permitted call. */
export const messageOf = ({ cnpj, environment, uf, ask }: CallPermit): string =>
  distributionRequest({ environment, taxpayer: cnpj, cUFAutor: uf, wanted: wantedOf(ask) });

function wantedOf(ask: CallPermit["ask"]): Wanted {
  if (ask.kind === "cursor") return { after: ask.after };
  return ask.kind === "nsu" ? { nsu: ask.nsu } : { accessKey: ask.accessKey };
}

/**
 * Makes a permitted call and receives what became of it. A permit whose time to be sent is over is given back without a call.
 * Rejects as `receiveResult`.
 */
export async function makeCall(
  ports: Ports,
  caller: SefazCaller,
  certificate: FetchCertificate,
  permit: CallPermit,
  signal: AbortSignal,
): Promise<Received> {
  const result = await resultOf(ports, caller, certificate, permit, signal);
  const outcome = result.ok ? result.value.cStat : result.error.kind;
  const received = await receiveResult(ports, permit, result, {
    provenUntil: certificate.endsAt,
  });
  const { company, cnpj, environment } = permit;
  ports.meter.count("sefaz_calls_total", { kind: permit.ask.kind, outcome: received.outcome });
  const level = received.outcome === "found" || received.outcome === "none" ? "info" : "warn";
  ports.log(level, "sefaz.call", {
    company,
    cnpj,
    environment,
    kind: permit.ask.kind,
    code: outcome,
    ...received,
  });
  return received;
}

async function resultOf(
  ports: Pick<Ports, "clock" | "documents">,
  caller: SefazCaller,
  certificate: OpenCertificate,
  permit: CallPermit,
  signal: AbortSignal,
): Promise<CallResult> {
  if (signal.aborted || ports.clock.now() > permit.sendBefore)
    return err(sefazFault("unreachable"));
  const { environment } = permit;
  const body = messageOf(permit);
  const answer = await caller.call("distribution", { environment, body, certificate, signal });
  if (!answer.ok) return answer;
  // Where the threads have no room it is read here: an answer that is lost costs an hour.
  const packed = await ports.documents
    .distribution(answer.value)
    .catch(() => readPackedAnswer(answer.value));
  return packed.ok ? ok(await openAnswer(packed.value)) : packed;
}
