import { err } from "../../../lib/result.ts";
import type { SefazAddressOf, SefazCaller } from "../../../ports/sefaz.ts";
import { sefazFault } from "../../../ports/sefaz-fault.ts";
import { callLimiter, remoteCircuit } from "../../../resilience/policies.ts";
import { Agents, UnreadablePfx } from "./agents.ts";
import { exchange, faultAt, type Progress, type SefazTimes } from "./exchange.ts";
import { trustOf } from "./trust.ts";

const TIMES: SefazTimes = { connectMs: 10_000, silentMs: 60_000, totalMs: 90_000 };
/** Shorter than the keep-alive of the servers that are known. */
const IDLE_MS = 10_000;

export interface SefazRules {
  readonly addressOf: SefazAddressOf;
  /** Further roots in PEM (SEFAZ_CA). */
  readonly ca: string | undefined;
  /** Replaced by tests. */
  readonly times?: Partial<SefazTimes>;
  readonly idleMs?: number;
}

/**
 * Calls the tax office over HTTPS with a client's PFX, whose private key this process holds only as long as it is used. The
 * server's certificate is always verified. node:https, because `fetch` takes no PFX and ignores one without a word.
 */
export function bunSefaz({ addressOf, ca, times, idleMs = IDLE_MS }: SefazRules): SefazCaller {
  const agents = new Agents(trustOf(ca), idleMs);
  const limited = callLimiter(remoteCircuit("sefaz", { counts: () => false }), "sefaz", {
    canQueue: true,
  });
  return {
    async call(service, request) {
      const address = addressOf(service, request.environment, request.state);
      if (address === null) return err(sefazFault("no_address"));
      if (request.signal.aborted) return err(sefazFault("aborted", { mayHaveArrived: false }));
      const progress: Progress = { isSent: false };
      try {
        return await limited((within) =>
          agents.use(request.certificate, address.maxTls, (agent) =>
            exchange({ address, request, agent, progress, within, times: { ...TIMES, ...times } }),
          ),
        );
      } catch (error) {
        if (error instanceof UnreadablePfx) return err(sefazFault("certificate"));
        // What is none of ours comes from the limits of time and of calls.
        return err(faultAt("timeout", progress));
      }
    },
  };
}
