import { keyParts } from "../../nfe/access-key.ts";
import type { OpenCertificate, SefazCaller, SefazEnvironment } from "../../ports/sefaz.ts";
import { type SefazFault, sefazFault } from "../../ports/sefaz-fault.ts";
import { lotOf } from "../../sefaz/statements/evento.ts";
import { type SigningKey, signedEvento } from "../../sefaz/statements/sign-evento.ts";
import { statementRequest } from "../../sefaz/wire/statement-wire.ts";
import { statusRequest } from "../../sefaz/wire/status-query.ts";
import { bodyOf } from "../service/exact-json.ts";
import { type Service, ServiceUnreachable } from "../service/service-client.ts";

/** The certificate of an agent, for the connection and for signatures; `cnpj`: its holder's. */
export interface AgentCertificate {
  readonly open: OpenCertificate;
  readonly key: SigningKey;
  readonly cnpj: string;
}

export interface StatementLine {
  readonly event: "stated";
  readonly access_key: string;
  readonly type: string;
  readonly outcome: string;
  readonly fault?: SefazFault;
}

/** How an agent waits; all in ms. */
export interface StatementWaits {
  readonly sendWithinMs: number;
  readonly deliverWithinMs: number;
  readonly offlineMs: number;
  monotonic(): number;
  wait(ms: number): Promise<void>;
}

const LATE: SefazFault = { kind: "unreachable", isTransient: true, mayHaveArrived: false };

const statements = (service: Service) => service.api.api.sefaz.statements;
type Claimed = Awaited<ReturnType<typeof claimed>>;
type Step = NonNullable<Claimed["statement"]>;

const claimed = async (service: Service, cnpj: string) =>
  bodyOf(statements(service).$post({ json: { cnpj } }));

/** Base64 characters of the answers of one claim, so that they fit in one body. */
const MOST_TEXT = 900_000;

/**
 * Claims one statement from the service and makes it: signs it with the certificate, makes the calls that the service names one by
 * one, and gives each answer back. Null: none is due, with when to look again. Rejects with `ServiceUnreachable` before a claim.
 */
export async function stateOne(
  service: Service,
  caller: SefazCaller,
  certificate: AgentCertificate,
  waits: StatementWaits,
  signal: AbortSignal,
): Promise<StatementLine | { readonly event: null; readonly nextAt: string | null }> {
  let began = waits.monotonic();
  const first = await claimed(service, certificate.cnpj);
  if (first.statement === null) return { event: null, nextAt: first.next_at };
  const { id, call, access_key, type } = first.statement;
  const calls: Report[] = [];
  let step: Step | null = first.statement;
  let outcome = "paused";
  let fault: SefazFault | undefined;
  while (step !== null) {
    const isLate = waits.monotonic() - began > waits.sendWithinMs;
    const made = await makeStep(step, caller, certificate, isLate, signal);
    fault = made.fault;
    calls.push(fitting(made.report, calls));
    const delivered = await deliver(service, id, { call, calls }, waits, (at) => {
      began = at;
    });
    outcome = delivered.outcome;
    step = delivered.statement;
  }
  return { event: "stated", access_key, type, outcome, ...(fault === undefined ? {} : { fault }) };
}

type Body = Parameters<ReturnType<typeof answerOf>["$post"]>[0]["json"];
type Report = Body["calls"][number];
const answerOf = (service: Service) => statements(service)[":id"].answer;

async function makeStep(
  step: Step,
  caller: SefazCaller,
  { open: certificate, key }: AgentCertificate,
  isLate: boolean,
  signal: AbortSignal,
): Promise<{ readonly report: Report; readonly fault?: SefazFault }> {
  const environment: SefazEnvironment = step.environment === "production" ? "1" : "2";
  const { access_key: accessKey, sequence, at } = step;
  if (step.step === "query") {
    const answer = isLate
      ? null
      : await caller.call("query", {
          environment,
          body: statusRequest(environment, accessKey),
          certificate,
          signal,
          state: keyParts(accessKey).cUF,
        });
    return reportOf({ step: "query" }, answer);
  }
  const { cnpj: author, type, reason } = step;
  const statement = { environment, author, accessKey, type, sequence, reason, at: Date.parse(at) };
  const signed = await signedEvento(statement, step.time_zone, key);
  if (!signed.ok)
    return reportOf(
      { step: "send", sequence, at, signed: signed.error.why },
      {
        ok: false,
        error: sefazFault("certificate", { text: signed.error.why }),
      },
    );
  const answer = isLate
    ? null
    : await caller.call("statement", {
        environment,
        body: statementRequest(lotOf(step.call), [signed.value]),
        certificate,
        signal,
      });
  return reportOf({ step: "send", sequence, at, signed: signed.value }, answer);
}

/** What a call was, with its answer; null: it was too late for it. */
function reportOf(
  made: Report,
  answer: Awaited<ReturnType<SefazCaller["call"]>> | null,
): { readonly report: Report; readonly fault?: SefazFault } {
  if (answer?.ok === true)
    return { report: { ...made, answer: Buffer.from(answer.value).toString("base64") } };
  const fault = answer === null ? LATE : answer.error;
  const status = fault.status === undefined ? {} : { status: fault.status };
  return { report: { ...made, fault: sentKind(fault), ...status }, fault };
}

/** Together with the answers before an answer must fit in one body; a longer one was too large. */
function fitting(report: Report, before: readonly Report[]): Report {
  const length = [...before, report].reduce((sum, one) => sum + (one.answer?.length ?? 0), 0);
  if (length <= MOST_TEXT) return report;
  const { answer: _, ...rest } = report;
  return { ...rest, fault: "too_large" };
}

/**
 * The service knows a fault by its kind alone: where nothing was sent it is `unreachable`, so that nothing is doubtful. The service
 * reads answers itself; kinds that only reading finds are none of the way here.
 */
export function sentKind({ kind, mayHaveArrived }: SefazFault) {
  switch (kind) {
    case "timeout":
    case "aborted":
    case "cut":
      return mayHaveArrived ? kind : "unreachable";
    case "soap_fault":
    case "web_page":
    case "charset":
    case "malformed":
      return "cut";
    default:
      return kind;
  }
}

/** Gives the service the calls so far, again and again while it does not answer; also when the agent is to stop. */
async function deliver(
  service: Service,
  id: string,
  json: Body,
  { monotonic, deliverWithinMs, offlineMs, wait }: StatementWaits,
  asking: (at: number) => void,
) {
  const first = monotonic();
  for (;;) {
    const at = monotonic();
    asking(at);
    try {
      return await bodyOf(answerOf(service).$post({ param: { id }, json }));
    } catch (error) {
      if (!(error instanceof ServiceUnreachable) || at - first > deliverWithinMs) throw error;
      await wait(offlineMs);
    }
  }
}
