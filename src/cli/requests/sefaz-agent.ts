import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { OpenCertificate, SefazCaller } from "../../ports/sefaz.ts";
import type { SefazFault } from "../../ports/sefaz-fault.ts";
import { bodyOf } from "../service/exact-json.ts";
import { readAs, type Service, ServiceUnreachable } from "../service/service-client.ts";
import {
  type AgentCertificate,
  type StatementLine,
  sentKind,
  stateOne,
} from "./sefaz-statements.ts";

/** What an agent does, one line each. */
export type AgentLine =
  | { readonly event: "waiting"; readonly until: string | null }
  | {
      readonly event: "called";
      readonly cnpj: string;
      readonly outcome: string;
      readonly documents: number;
      readonly announced: number;
      readonly parked: number;
      readonly fault?: SefazFault;
    }
  | StatementLine
  | { readonly event: "offline"; readonly message: string }
  | { readonly event: "stopped" };

export interface AgentOptions {
  /** Only these CNPJs; null: all of the company. */
  readonly cnpjs: string[] | null;
  /** Ends when no call may be made now. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** Makes statements too, with this certificate; null: only fetches. */
  readonly signing: AgentCertificate | null;
  /** A clock that is not set, ms. */
  monotonic(): number;
  /** Between two looks, at most, so that what a person asks for is seen. */
  readonly mostWaitMs?: number;
  /** Before the service is asked again that did not answer. */
  readonly offlineMs?: number;
}

/** The service permits a call for 30 s from its claim; a part of that is the way of its answer. */
const SEND_WITHIN_MS = 20_000;
const MOST_WAIT_MS = 60_000;
const OFFLINE_MS = 15_000;
/** An answer that cannot be delivered for so long is given up: the permit's hour is over, and the documents come again. */
const DELIVER_WITHIN_MS = 3_600_000;

/** Faults that waiting does not mend: the certificate, or what this machine trusts. */
const LASTING: readonly string[] = ["certificate", "tls", "no_address"];

/**
 * Claims calls and statements to the tax office from the service, makes them with the certificate, and gives the answers back, until
 * `signal` aborts; the limits are the service's. Returns false where the certificate, or the way to the tax office, does not do.
 */
export async function runAgent(
  service: Service,
  caller: SefazCaller,
  certificate: OpenCertificate,
  options: AgentOptions,
  say: (line: AgentLine) => void,
): Promise<boolean> {
  const { cnpjs, once, signal, mostWaitMs = MOST_WAIT_MS, offlineMs = OFFLINE_MS } = options;
  const { calls } = service.api.api.sefaz;
  const wait = (ms: number) => pause(ms, undefined, { signal }).catch(() => undefined);
  const waits = {
    sendWithinMs: SEND_WITHIN_MS,
    deliverWithinMs: DELIVER_WITHIN_MS,
    offlineMs,
    monotonic: options.monotonic,
    wait: (ms: number) => pause(ms),
  };
  const state = (signing: AgentCertificate) => stateOne(service, caller, signing, waits, signal);
  let isGood = true;
  while (!signal.aborted && isGood) {
    try {
      const stated = options.signing === null ? null : await state(options.signing);
      if (stated !== null && stated.event !== null) {
        say(stated);
        continue;
      }
      const began = options.monotonic();
      const json = cnpjs === null ? {} : { cnpjs };
      const { call, next_at } = await bodyOf(calls.$post({ json }));
      if (call === null) {
        const until = soonest(next_at, stated?.nextAt ?? null);
        say({ event: "waiting", until });
        if (once) break;
        await wait(waitOf(until, mostWaitMs));
        continue;
      }
      const isLate = options.monotonic() - began > SEND_WITHIN_MS;
      const answer = isLate
        ? null
        : await caller.call("distribution", {
            environment: call.environment === "production" ? "1" : "2",
            body: call.message,
            certificate,
            signal,
          });
      const fault = answer === null ? UNSENT : answer.ok ? undefined : answer.error;
      const bytes = answer?.ok === true ? answer.value : null;
      const received = await deliver(service, call.id, bytes, fault, options);
      say({
        event: "called",
        cnpj: call.cnpj,
        ...received,
        ...(fault === undefined ? {} : { fault }),
      });
      isGood = fault === undefined || !LASTING.includes(fault.kind);
    } catch (error) {
      if (signal.aborted || !(error instanceof ServiceUnreachable) || once) {
        if (signal.aborted) break;
        throw error;
      }
      say({ event: "offline", message: error.message });
      await wait(offlineMs);
    }
  }
  say({ event: "stopped" });
  return isGood;
}

/** The earlier of two instants; null: never. */
const soonest = (one: string | null, other: string | null): string | null =>
  [one, other].filter((at) => at !== null).toSorted()[0] ?? null;

const UNSENT: SefazFault = { kind: "unreachable", isTransient: true, mayHaveArrived: false };

function waitOf(nextAt: string | null, most: number): number {
  const ms = nextAt === null ? most : Date.parse(nextAt) - Date.now();
  return Math.max(1_000, Math.min(ms, most));
}

const Delivered = z.object({
  outcome: z.string(),
  documents: z.number(),
  announced: z.number(),
  parked: z.number(),
});

/** Gives the service what became of a call, again and again while it does not answer; also when the agent is to stop. */
async function deliver(
  service: Service,
  id: string,
  bytes: Uint8Array | null,
  fault: SefazFault | undefined,
  { monotonic, offlineMs = OFFLINE_MS }: AgentOptions,
): Promise<z.infer<typeof Delivered>> {
  const began = monotonic();
  const query = new URLSearchParams();
  if (fault !== undefined) query.set("fault", sentKind(fault));
  if (fault?.status !== undefined) query.set("status", String(fault.status));
  for (;;) {
    try {
      const answer = await service.ask(`/api/sefaz/calls/${id}/answer?${query}`, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        ...(bytes === null ? {} : { body: new Uint8Array(bytes) }),
      });
      return await readAs(Delivered, answer);
    } catch (error) {
      const isOver = monotonic() - began > DELIVER_WITHIN_MS;
      if (!(error instanceof ServiceUnreachable) || isOver) throw error;
      await pause(offlineMs);
    }
  }
}
