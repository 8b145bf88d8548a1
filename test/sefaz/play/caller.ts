import { err, ok, type Result } from "../../../src/lib/result.ts";
import type { OpenCertificate, SefazCaller, SefazService } from "../../../src/ports/sefaz.ts";
import { type SefazFault, sefazFault } from "../../../src/ports/sefaz-fault.ts";
import type { FetchCertificate } from "../../../src/sefaz/fetch/make-call.ts";
import type { Random } from "../../../src/synthetic/random.ts";
import { soapFault, WEB_PAGE } from "./documents.ts";
import type { SefazPlay } from "./play.ts";

/** How the network or the service fails; `after`: only when it has done what was asked. */
export type PlayFault =
  | "refused"
  | "cut"
  | "cut_after"
  | "timeout_after"
  | "http_503"
  | "soap_fault"
  | "web_page"
  | "truncated_after"
  | "latin1_after";

/** Faults that every long form plays. */
export const PLAY_FAULTS: readonly PlayFault[] = [
  "refused",
  "cut",
  "cut_after",
  "timeout_after",
  "http_503",
  "soap_fault",
  "web_page",
  "truncated_after",
  "latin1_after",
];

/** The fault of each call, or none. */
export type FaultPlan = (service: SefazService) => PlayFault | null;

/** A fault in `share` of a thousand calls, chosen by chance. */
export const randomFaults =
  (random: Random, share: number, among = PLAY_FAULTS): FaultPlan =>
  () =>
    random.below(1000) < share ? (among[random.below(among.length)] ?? null) : null;

/** A certificate that only the play's caller in this process takes: it names its holder. */
export const playCertificate = (cnpj: string): FetchCertificate => ({
  pfx: new TextEncoder().encode(`play:${cnpj}`),
  passphrase: "play",
  endsAt: Date.parse("2100-01-01"),
});

const holderOf = ({ pfx }: OpenCertificate): string | null =>
  /^play:([0-9A-Z]{11,14})$/.exec(new TextDecoder("latin1").decode(pfx.subarray(0, 40)))?.[1] ??
  null;

/** The port to the play without a network. */
export function playCaller(play: SefazPlay, faults: FaultPlan = () => null): SefazCaller {
  return {
    async call(service, request) {
      if (request.signal.aborted) return err(sefazFault("aborted"));
      const fault = faults(service);
      const isLost = fault !== null && !/_after$/.test(fault);
      const answer = await play.receive(request.body, holderOf(request.certificate), isLost);
      return fault === null ? ok(utf8(answer)) : withFault(fault, answer);
    },
  };
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function withFault(fault: PlayFault, answer: string): Result<Uint8Array, SefazFault> {
  if (fault === "refused") return err(sefazFault("unreachable"));
  if (fault === "cut" || fault === "cut_after") return err(sefazFault("cut"));
  if (fault === "timeout_after") return err(sefazFault("timeout"));
  if (fault === "http_503") return err(sefazFault("http_status", { status: 503 }));
  if (fault === "soap_fault")
    return ok(utf8(soapFault("Receiver", "Server was unable to process request.")));
  if (fault === "web_page") return ok(utf8(WEB_PAGE));
  if (fault === "truncated_after")
    return ok(utf8(answer).slice(0, Math.floor(answer.length * 0.7)));
  return ok(
    Uint8Array.from(answer.replace("<xMotivo>", "<xMotivo>Atenção: "), (c) => c.charCodeAt(0)),
  );
}
