import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { CallPermit } from "./claim-call.ts";
import { claimNext, dueOfCompany } from "./due-calls.ts";
import type { FetchFailure } from "./failures.ts";
import { SEND_WITHIN_MS } from "./limits.ts";
import { fetchingStates } from "./states.ts";

/** CNPJs that are tried in one request. */
const MOST_TRIED = 10;

/** The next call that an agent of the company may make, or when there will be one; null: nothing is fetched. */
export type AgentClaim =
  | { readonly permit: CallPermit }
  | { readonly permit: null; readonly nextAt: number | null };

/** Claims the next call of a company for an agent that has the certificate; `cnpjs`: only of these, null: of all. */
export async function claimCallForAgent(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
  cnpjs: readonly string[] | null,
): Promise<AgentClaim> {
  const isMeant = ({ cnpj }: { readonly cnpj: string }) => cnpjs === null || cnpjs.includes(cnpj);
  const due = (await dueOfCompany(ports, company)).filter(isMeant);
  for (const one of due.slice(0, MOST_TRIED)) {
    const permit = await claimNext(ports, one);
    if (permit !== null) return { permit };
  }
  const times = (await fetchingStates(ports, company))
    .filter(isMeant)
    .flatMap(({ nextAt }) => nextAt ?? []);
  return { permit: null, nextAt: times.length === 0 ? null : Math.min(...times) };
}

/** `isAwaited`: as it stands now; the guard of what is written decides. */
export type AgentPermit = CallPermit & { readonly isAwaited: boolean };

/** The permit of a call that an agent has claimed. Fails with `sefaz.call_not_found`. */
export async function permitOf(
  ports: Pick<Ports, "reader">,
  company: number,
  id: string,
): Promise<AgentPermit> {
  const [row] = await ports.reader.rows({
    sql: `select k.cnpj, k.environment, k.kind, k.subject, k.at, f.uf, f.faults, f.call is k.id as awaited from sefaz_calls k
      join sefaz_cursors f on f.company = k.company and f.cnpj = k.cnpj and f.environment = k.environment
      where k.company = ?1 and k.id = ?2`,
    args: [company, id],
  });
  if (row === undefined) throw new Failed<FetchFailure>({ code: "sefaz.call_not_found", id });
  const subject = String(row.subject);
  const claimedAt = Number(row.at);
  return {
    company,
    id,
    cnpj: String(row.cnpj),
    // A CHECK of the table of cursors, whose value it is.
    environment: trusted<SefazEnvironment>(row.environment),
    uf: String(row.uf),
    ask: askOf(String(row.kind), subject),
    claimedAt,
    sendBefore: claimedAt + SEND_WITHIN_MS,
    faults: Number(row.faults),
    isAwaited: Number(row.awaited) === 1,
  };
}

function askOf(kind: string, subject: string): CallPermit["ask"] {
  if (kind === "key") return { kind: "key", accessKey: subject };
  return kind === "nsu"
    ? { kind: "nsu", nsu: Number(subject) }
    : { kind: "cursor", after: Number(subject) };
}
