import { ok } from "../../../src/lib/result.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { type CallPermit, claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import type { DistributionAnswer } from "../../../src/sefaz/wire/distribution.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";

/** The cursor of the company that `withApp` makes. */
export const OWN_CURSOR = { company: 1, cnpj: COMPANY.cnpj, environment: "1" } as const;

/** The permit of a call by that cursor, which must be permitted. */
export async function ownPermit(ports: Ports): Promise<CallPermit> {
  const { permit } = await claimCall(ports, OWN_CURSOR, { kind: "cursor" });
  if (permit === null) throw new Error("not permitted");
  return permit;
}

/** An answer with documents (138). */
export const found = (
  documents: DistributionAnswer["documents"],
  unopened: DistributionAnswer["unopened"] = [],
  more: Partial<DistributionAnswer> = {},
) =>
  ok({
    cStat: "138",
    xMotivo: "Documento localizado",
    dhResp: null,
    ultNSU: 50,
    maxNSU: 90,
    documents,
    unopened,
    ...more,
  });
