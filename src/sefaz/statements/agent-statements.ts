import { settingsOf } from "../../accounts/settings/settings.ts";
import { Failed } from "../../lib/result.ts";
import { eventSignedBy } from "../../nfe/signature/signature.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { Ports } from "../../ports/ports.ts";
import { advance } from "./advance.ts";
import { askByRule } from "./ask-by-rule.ts";
import {
  type ClaimedStatement,
  claimOfCall,
  claimStatement,
  extendClaim,
} from "./claim-statement.ts";
import { dueOfHolder, nextDueAt } from "./due-statements.ts";
import { enterProof } from "./enter-proof.ts";
import { eventId, eventoOf } from "./evento.ts";
import type { StatementFailure } from "./failures.ts";
import { type AnsweredCall, type Call, firstSequence, nextStep } from "./next-step.ts";

/** Proofs that are given to their notes in one request; they need no agent. */
const MOST_ENTERED = 5;

/** The next call of a claimed statement, for an agent that has the certificate. It signs with `at`, ms UTC, in `timeZone`. */
export interface AgentStep {
  readonly claim: ClaimedStatement;
  readonly call: Call;
  readonly at: number;
  readonly timeZone: string;
}

export type AgentStatement =
  | { readonly step: AgentStep }
  /** Null: nothing waits. */
  | { readonly step: null; readonly nextAt: number | null };

/**
 * Claims the next statement of a company that an agent with the certificate of `holder` (CNPJ) may make: of CNPJs with the same
 * root. Ciência by the company's rule is asked for before, and proofs that are here are given to their notes.
 */
export async function claimStatementForAgent(
  ports: Ports,
  company: number,
  holder: string,
  signal: AbortSignal,
): Promise<AgentStatement> {
  await askByRule(ports, company);
  let entered = 0;
  for (const { id, isProven } of await dueOfHolder(ports, company, holder)) {
    if (isProven && entered >= MOST_ENTERED) continue;
    const claim = await claimStatement(ports, { company, id });
    if (claim === null) continue;
    if (claim.proof !== null) {
      entered += 1;
      await enterProof(ports, claim, claim.proof, signal);
      continue;
    }
    const call = await advance(ports, claim, []);
    if (!("outcome" in call)) return { step: await stepOf(ports, claim, call) };
  }
  return { step: null, nextAt: await nextDueAt(ports, company, holder) };
}

async function stepOf(ports: Ports, claim: ClaimedStatement, call: Call): Promise<AgentStep> {
  const { timeZone } = await settingsOf(ports, claim.company);
  return { claim, call, at: ports.clock.now(), timeZone };
}

/** A call as an agent reports it; `at`: the time in the evento that it has signed, ms UTC. */
export type Reported =
  | Extract<AnsweredCall, { kind: "query" }>
  | (Extract<AnsweredCall, { kind: "send" }> & { readonly at: number });

/** `late`: another process has it meanwhile, and nothing was written. */
export type AgentOutcome =
  | { readonly outcome: "done" | "refused" | "paused" | "late"; readonly step: null }
  | { readonly outcome: "more"; readonly step: AgentStep };

/**
 * Takes all calls that an agent has made for its claim so far, which `read` gives once the claim is known to last: writes what they lead to, or gives the next call, for which the claim
 * lasts longer. Asked again with the same, it gives the same call, or `late`. Fails with `sefaz.call_not_found`, and with `sefaz.other_statement` where the calls are
 * not those that were given, or an answered evento is not the claimed statement, signed for the company.
 */
export async function answerForAgent(
  ports: Ports,
  company: number,
  { id, call }: { readonly id: string; readonly call: string },
  read: () => readonly Reported[],
  signal: AbortSignal,
): Promise<AgentOutcome> {
  const claim = await claimOfCall(ports, { company, id, call });
  if (claim === null) return { outcome: "late", step: null };
  const reported = read();
  await mustBeOfClaim(ports, claim, reported);
  const next = await advance(ports, claim, reported);
  if (!("outcome" in next)) {
    if (!(await extendClaim(ports, claim))) return { outcome: "late", step: null };
    return { outcome: "more", step: await stepOf(ports, claim, next) };
  }
  ports.meter.count("sefaz_calls_total", { kind: "statement", outcome: next.outcome });
  if (next.original !== null) await enterProof(ports, claim, next.original.sha256, signal);
  return { outcome: next.outcome, step: null };
}

async function mustBeOfClaim(
  ports: Ports,
  claim: ClaimedStatement,
  reported: readonly Reported[],
): Promise<void> {
  const other = new Failed<StatementFailure>({ code: "sefaz.other_statement", id: claim.id });
  // A claim of nSeqEvento 2 may have begun with 1.
  const first = firstSequence(reported) ?? claim.sequence;
  if (first > claim.sequence) throw other;
  for (const [index, one] of reported.entries()) {
    const expected = nextStep({ ...claim, sequence: first }, reported.slice(0, index));
    const given = one.kind === "send" ? one.sequence : null;
    const isGiven =
      expected.kind === "take_sequence"
        ? given === 2 && claim.sequence === 2
        : expected.kind === one.kind && (expected.kind !== "send" || expected.sequence === given);
    if (!isGiven) throw other;
  }
  const last = reported.findLast((one) => one.kind === "send");
  if (last?.kind !== "send") return;
  const isTaking = nextStep({ ...claim, sequence: first }, reported).kind === "take_sequence";
  if (last.sequence !== claim.sequence && !isTaking) throw other;
  if (last.answer.ok && !(await isSignedAs(ports, claim, last))) throw other;
}

/** Whether an evento is that of the claimed statement, character by character, with a signature of the company's. */
async function isSignedAs(
  ports: Ports,
  claim: ClaimedStatement,
  { sequence, at, signed }: Extract<Reported, { kind: "send" }>,
): Promise<boolean> {
  const { timeZone } = await settingsOf(ports, claim.company);
  const statement = { ...claim, sequence, at };
  const evento = eventoOf(statement, timeZone);
  const end = "</evento>";
  if (!evento.ok || !signed.startsWith(`${evento.value.slice(0, -end.length)}<Signature `))
    return false;
  const bytes = new Uint8Array(new TextEncoder().encode(signed));
  const holder = await eventSignedBy(bytes, eventId(statement));
  return sameRoot(holder?.cnpj, claim.author);
}
