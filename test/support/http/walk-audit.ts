import { chainAllAudits } from "../../../src/journal/chain-audit.ts";
import type { TestPorts } from "../ports.ts";
import type { Go } from "./walk-counts.ts";

/** Chains the audit lines, and asks for them with each filter. */
export async function walkAudit(ports: TestPorts, go: Go): Promise<void> {
  await chainAllAudits(ports);
  for (const query of [
    "",
    "?page=2&limit=2",
    "?cursor=5",
    "?from=2020-01-01&to=2030-01-01&user_id=11&action=CREATE&entity_type=nfe&entity_id=1",
    "?action=login&cursor=9&page=2",
  ])
    await go("GET", "/api/audit/logs", { query });
  for (const query of ["", "?dialect=rfc4180&action=CREATE&from=2020-01-01&user_id=11"])
    await go("GET", "/api/export/audit", { query });
}
