import pMap from "p-map";
import { forCompany } from "../../accounts/home.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazCaller } from "../../ports/sefaz.ts";
import { faultCode } from "../../resilience/fault-code.ts";
import { claimNext, type DueCursor, dueCursors } from "./due-calls.ts";
import { type FetchCertificate, makeCall } from "./make-call.ts";

/** Calls that go out concurrently, each of another CNPJ. */
const CONCURRENT_CALLS = 4;

/** What calls need beside the ports: the service, and the certificate of a CNPJ; null: there is none, and no call is claimed. */
export interface FetchNeeds {
  readonly caller: SefazCaller;
  /** Looks only at CNPJs with a certificate in this database; absent: at all, and `certificateOf` decides. */
  readonly onlyHeld?: boolean;
  certificateOf(company: number, cnpj: string): Promise<FetchCertificate | null>;
}

/**
 * Makes one call for each CNPJ that is due, a few concurrently; returns how many it made. One that fails does not affect the
 * others. Several processes may do this at the same time, and it may be stopped anywhere: the claims keep the limits.
 */
export async function fetchDue(
  ports: Ports,
  needs: FetchNeeds,
  signal: AbortSignal = ports.stopping,
): Promise<number> {
  const due = await dueCursors(ports, needs.onlyHeld ?? false);
  const made = await pMap(due, (one) => fetchOne(ports, needs, one, signal), {
    concurrency: CONCURRENT_CALLS,
  });
  return made.filter(Boolean).length;
}

/** Never rejects; whether a call was made. */
async function fetchOne(
  given: Ports,
  { caller, certificateOf }: FetchNeeds,
  due: DueCursor,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  const { company, cnpj } = due;
  const ports = forCompany(given, company);
  try {
    const certificate = await certificateOf(company, cnpj);
    if (certificate === null) return false;
    const permit = await claimNext(ports, due, true);
    if (permit === null) return false;
    await makeCall(ports, caller, certificate, permit, signal);
    return true;
  } catch (error) {
    ports.log("warn", "sefaz.fault", { company, cnpj, code: faultCode(error) });
    return false;
  }
}
