import { ok } from "../../../src/lib/result.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { type Ask, type CallPermit, claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import type { CallResult } from "../../../src/sefaz/fetch/times.ts";
import type { DistributionAnswer } from "../../../src/sefaz/wire/distribution.ts";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { causeOf, type PortsWithAdmin, portsWithAdmin } from "../ports-with-admin.ts";

export const CNPJ = cnpjOf("731845260001");
export const REF = { company: 1, cnpj: CNPJ, environment: "1" } as const;
export const CURSOR: Ask = { kind: "cursor" };
export const ON = { cnpj: CNPJ, environment: "1", uf: "35", active: true } as const;

/** Ports of a company with fetching switched on. */
export async function withFetching(body: (ports: PortsWithAdmin) => Promise<void>): Promise<void> {
  const ports = await portsWithAdmin();
  try {
    await changeFetching(ports, ON, causeOf(1));
    await body(ports);
  } finally {
    await ports.close();
  }
}

export const answered = (cStat: string, more: Partial<DistributionAnswer> = {}): CallResult =>
  ok({
    cStat,
    xMotivo: "",
    dhResp: null,
    ultNSU: 0,
    maxNSU: 0,
    documents: [],
    unopened: [],
    ...more,
  });

/** The permit of a call that is permitted. */
export async function permitted(ports: Ports, ask: Ask = CURSOR): Promise<CallPermit> {
  const { permit } = await claimCall(ports, REF, ask);
  if (permit === null) throw new Error("not permitted");
  return permit;
}

/** In how many ms the next call may be made; 0: now, and then it is claimed. */
export async function wait(ports: PortsWithAdmin, ask: Ask = CURSOR): Promise<number | null> {
  const claim = await claimCall(ports, REF, ask);
  if (claim.permit !== null) return 0;
  return claim.until === null ? null : claim.until - ports.clock.now();
}
