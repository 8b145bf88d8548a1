import pMap from "p-map";
import { forCompany } from "../../accounts/home.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazCaller } from "../../ports/sefaz.ts";
import { faultCode } from "../../resilience/fault-code.ts";
import { claimStatement } from "./claim-statement.ts";
import { type DueAuthor, type DueStatement, dueAuthors, dueOfAuthor } from "./due-statements.ts";
import { enterProof } from "./enter-proof.ts";
import { makeStatement, type StatementCertificate } from "./make-statement.ts";

/** CNPJs whose statements are made concurrently; those of one CNPJ follow each other. */
const CONCURRENT = 4;

/** What statements need beside the ports; `certificateOf` null: there is none for this CNPJ, and nothing is claimed. */
export interface StatementNeeds {
  readonly caller: SefazCaller;
  /** Looks only at CNPJs with a certificate in this database; absent: at all, and `certificateOf` decides. */
  readonly onlyHeld?: boolean;
  certificateOf(company: number, cnpj: string): Promise<StatementCertificate | null>;
}

/** `done`: the next statement of the CNPJ may follow; `taken`: another process has it; `paused`: the service, or ours, fails now. */
type Outcome = "done" | "taken" | "paused";

/**
 * Makes the statements that are due, 20 of each CNPJ, a few CNPJs concurrently; returns how many were worked on. A CNPJ without a
 * certificate, or whose calls fail, does not affect the others. Several processes may do this at the same time, and it may be
 * stopped anywhere.
 */
export async function sendDue(
  ports: Ports,
  needs: StatementNeeds,
  signal: AbortSignal = ports.stopping,
): Promise<number> {
  const due = await dueAuthors(ports, needs.onlyHeld ?? false);
  const made = await pMap(due, (one) => sendOfAuthor(ports, needs, one, signal), {
    concurrency: CONCURRENT,
  });
  return made.reduce((sum, one) => sum + one, 0);
}

/** Never rejects; how many statements were worked on. The certificate is open for this run alone. */
async function sendOfAuthor(
  given: Ports,
  { caller, certificateOf }: StatementNeeds,
  due: DueAuthor,
  signal: AbortSignal,
): Promise<number> {
  const { company, author } = due;
  const ports = forCompany(given, company);
  let count = 0;
  try {
    if (signal.aborted) return count;
    const certificate = await certificateOf(company, author);
    for (const one of await dueOfAuthor(ports, due, certificate !== null)) {
      if (signal.aborted) break;
      const outcome = await sendOne(ports, caller, certificate, one, signal);
      if (outcome !== "taken") count += 1;
      if (outcome === "paused") break;
    }
  } catch (error) {
    ports.log("warn", "sefaz.fault", { company, cnpj: author, code: faultCode(error) });
  }
  return count;
}

async function sendOne(
  ports: Ports,
  caller: SefazCaller,
  certificate: StatementCertificate | null,
  { company, id, isProven }: DueStatement,
  signal: AbortSignal,
): Promise<Outcome> {
  const claim = await claimStatement(ports, { company, id });
  if (claim === null) return "taken";
  let { proof } = claim;
  if (!isProven && proof === null && certificate !== null) {
    const { outcome, original } = await makeStatement(ports, claim, {
      caller,
      certificate,
      signal,
    });
    ports.meter.count("sefaz_calls_total", { kind: "statement", outcome });
    ports.log(outcome === "done" ? "info" : "warn", "sefaz.statement", { company, id, outcome });
    if (outcome === "paused") return outcome;
    proof = original?.sha256 ?? null;
  }
  if (proof !== null) await enterProof(ports, claim, proof, signal);
  return "done";
}
