import pMap from "p-map";
import type { UserCause } from "../../accounts/actor.ts";
import { forCompany } from "../../accounts/home.ts";
import { registerEvent } from "../../ingest/event/register-event.ts";
import { originalFrom } from "../../lib/original.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazCaller } from "../../ports/sefaz.ts";
import { faultCode } from "../../resilience/fault-code.ts";
import { claimStatement, type DueStatement, dueStatements } from "./claim-statement.ts";
import { makeStatement, type StatementCertificate } from "./make-statement.ts";
import { writeEntered } from "./write-outcome.ts";

/** Statements that are made concurrently. */
const CONCURRENT = 4;

/** What statements need beside the ports; `certificateOf` null: there is none for this CNPJ, and nothing is claimed. */
export interface StatementNeeds {
  readonly caller: SefazCaller;
  certificateOf(company: number, cnpj: string): Promise<StatementCertificate | null>;
}

/**
 * Makes every statement that is due, a few concurrently; returns how many calls or entries were made. One that fails does not
 * affect the others. Several processes may do this at the same time, and it may be stopped anywhere.
 */
export async function sendDue(
  ports: Ports,
  needs: StatementNeeds,
  signal: AbortSignal = ports.stopping,
): Promise<number> {
  const due = await dueStatements(ports);
  const made = await pMap(due, (one) => sendOne(ports, needs, one, signal), {
    concurrency: CONCURRENT,
  });
  return made.filter(Boolean).length;
}

/** Never rejects; whether something was done. */
async function sendOne(
  given: Ports,
  { caller, certificateOf }: StatementNeeds,
  due: DueStatement,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  const { company, id, author } = due;
  const ports = forCompany(given, company);
  try {
    const certificate = due.isProven ? null : await certificateOf(company, author);
    if (certificate === null && !due.isProven) return false;
    const claim = await claimStatement(ports, due);
    if (claim === null) return false;
    let { proof } = claim;
    if (proof === null && certificate !== null) {
      const made = await makeStatement(ports, claim, { caller, certificate, signal });
      ports.meter.count("sefaz_calls_total", { kind: "statement", outcome: made.outcome });
      ports.log(made.outcome === "done" ? "info" : "warn", "sefaz.statement", {
        company,
        id,
        outcome: made.outcome,
      });
      proof = made.original?.sha256 ?? null;
    }
    if (proof !== null) await enter(ports, company, id, proof, claim.askedBy, signal);
    return true;
  } catch (error) {
    ports.log("warn", "sefaz.fault", { company, statement: id, code: faultCode(error) });
    return false;
  }
}

/** The proof enters its note as an event that came; again, it changes nothing. */
async function enter(
  ports: Ports,
  company: number,
  id: string,
  proof: string,
  userId: number,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await ports.originals.get(company, proof);
  const read = bytes === null ? null : await ports.documents.read(bytes, signal);
  if (bytes !== null && read?.ok === true && read.value.kind === "event") {
    const cause: UserCause = {
      actor: { company, userId, role: "GERENTE" },
      requestId: `sefaz-${id}`,
      peer: null,
    };
    const received = { event: read.value.event, original: await originalFrom(bytes) };
    try {
      await registerEvent(ports, received, { cause, signal });
    } catch (error) {
      // The same statement came by another way, with the answer written otherwise: the note has it.
      const differs = error instanceof Failed && error.failure.code === "nfe.event_differs";
      if (!differs) throw error;
    }
  } else ports.log("error", "sefaz.proof_unreadable", { company, statement: id });
  await writeEntered(ports, company, id);
}
