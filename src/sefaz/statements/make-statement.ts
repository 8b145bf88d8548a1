import { settingsOf } from "../../accounts/settings/settings.ts";
import { keyParts } from "../../nfe/access-key.ts";
import type { Ports } from "../../ports/ports.ts";
import type { OpenCertificate, SefazCaller } from "../../ports/sefaz.ts";
import { readStatementAnswer, statementRequest } from "../wire/statement-wire.ts";
import { readStatusAnswer, statusRequest } from "../wire/status-query.ts";
import { advance, type Made } from "./advance.ts";
import type { ClaimedStatement } from "./claim-statement.ts";
import { lotOf } from "./evento.ts";
import type { AnsweredCall } from "./next-step.ts";
import { type SigningFlaw, type SigningKey, signedEvento } from "./sign-evento.ts";
import { writePause } from "./write-outcome.ts";

/** A certificate, for the connection and for signatures. */
export interface StatementCertificate {
  readonly open: OpenCertificate;
  readonly key: SigningKey;
}

/** What a statement's calls need beside the ports. */
export interface CallNeeds {
  readonly caller: SefazCaller;
  readonly certificate: StatementCertificate;
  readonly signal: AbortSignal;
}

/**
 * Makes a claimed statement, once in effect (`nextStep`). The result is written under the claim. Rejects as the ports do; then the
 * statement is doubtful when the claim has ended.
 */
export async function makeStatement(
  ports: Ports,
  claim: ClaimedStatement,
  needs: CallNeeds,
): Promise<Made> {
  const calls: AnsweredCall[] = [];
  for (;;) {
    const next = await advance(ports, claim, calls);
    if ("outcome" in next) return next;
    if (next.kind === "query") {
      calls.push(await query(claim, needs));
      continue;
    }
    const sent = await send(ports, claim, next.sequence, needs);
    if ("why" in sent) {
      const code = `certificate.${sent.why}`;
      await writePause(ports, claim, { code, text: null, isDoubtful: false });
      return { outcome: "paused", original: null };
    }
    calls.push(sent);
  }
}

async function send(
  ports: Ports,
  claim: ClaimedStatement,
  sequence: number,
  { caller, certificate, signal }: CallNeeds,
): Promise<AnsweredCall | SigningFlaw> {
  const { environment } = claim;
  const { timeZone } = await settingsOf(ports, claim.company);
  const statement = { ...claim, sequence, at: ports.clock.now() };
  const signed = await signedEvento(statement, timeZone, certificate.key);
  if (!signed.ok) return signed.error;
  const answer = await caller.call("statement", {
    environment,
    body: statementRequest(lotOf(claim.call), [signed.value]),
    certificate: certificate.open,
    signal,
  });
  return {
    kind: "send",
    sequence,
    signed: signed.value,
    answer: answer.ok ? readStatementAnswer(answer.value) : answer,
  };
}

/** Asks the state that authorised the note for its events. */
async function query(
  { environment, accessKey }: ClaimedStatement,
  { caller, certificate, signal }: CallNeeds,
): Promise<AnsweredCall> {
  const answer = await caller.call("query", {
    environment,
    body: statusRequest(environment, accessKey),
    certificate: certificate.open,
    signal,
    state: keyParts(accessKey).cUF,
  });
  return { kind: "query", answer: answer.ok ? readStatusAnswer(answer.value) : answer };
}
