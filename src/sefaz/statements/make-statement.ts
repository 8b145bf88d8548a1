import { settingsOf } from "../../accounts/settings/settings.ts";
import type { Original } from "../../lib/original.ts";
import { keyParts } from "../../nfe/access-key.ts";
import { instantOf } from "../../nfe/dates.ts";
import { REGISTERED } from "../../nfe/read/read-event.ts";
import type { Ports } from "../../ports/ports.ts";
import type { OpenCertificate, SefazCaller } from "../../ports/sefaz.ts";
import type { SefazFault } from "../../ports/sefaz-fault.ts";
import {
  EVENT_STATUS,
  type EventAnswer,
  procEvento,
  readStatementAnswer,
  statementRequest,
} from "../wire/statement-wire.ts";
import { type KnownEvent, readStatusAnswer, statusRequest } from "../wire/status-query.ts";
import type { ClaimedStatement } from "./claim-statement.ts";
import { AWARE, isStatementType } from "./evento.ts";
import { HOUR_MS } from "./limits.ts";
import { type SigningKey, signedEvento } from "./sign-evento.ts";
import { takeNextSequence, writeDone, writePause, writeRefused } from "./write-outcome.ts";

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

export type StatementOutcome = "done" | "refused" | "paused";

/** What one attempt has brought; `original`: the proof, where it was stored now. */
export interface Made {
  readonly outcome: StatementOutcome;
  readonly original: Original | null;
}

const PAUSED: Made = { outcome: "paused", original: null };

/** The lot was processed (retEnvEvento). */
const PROCESSED = "128";
/** The service is stopped, or fails by an error of its own: the event may be registered after 999. */
const STOPPED: readonly string[] = ["108", "109"];
const UNKNOWN_ERROR = "999";
/** Consumo indevido. */
const TOO_MANY = "656";
/** Answers to a query that name all events of the note: authorised, cancelled, denied, or not in the state's database. */
const NAMES_EVENTS: readonly string[] = [
  "100",
  "101",
  "110",
  "150",
  "151",
  "155",
  "217",
  "301",
  "302",
  "303",
];

/**
 * Makes a claimed statement, once in effect: where an earlier call may have been carried out the service is asked for it before it is
 * sent again, and a duplicate is done already. The result is written under the claim. Rejects as the ports do; then the statement
 * is doubtful when the claim has ended.
 */
export async function makeStatement(
  ports: Ports,
  claim: ClaimedStatement,
  needs: CallNeeds,
): Promise<Made> {
  if (claim.isDone || claim.isDoubtful) {
    const asked = await askForIt(ports, claim, needs);
    if (asked.kind === "paused") return PAUSED;
    if (asked.own !== null) return done(ports, claim, asked.own);
    if (claim.isDone)
      return paused(ports, claim, { code: "no_proof", text: null, isDoubtful: false });
  }
  return send(ports, claim, needs);
}

/** Sends the event, at most twice: once more where its nSeqEvento was used elsewhere for another meaning. */
async function send(ports: Ports, claim: ClaimedStatement, needs: CallNeeds): Promise<Made> {
  const { caller, certificate, signal } = needs;
  const { environment } = claim;
  const { timeZone } = await settingsOf(ports, claim.company);
  const signed = await signedEvento({ ...claim, at: ports.clock.now() }, timeZone, certificate.key);
  if (!signed.ok) {
    const code = `certificate.${signed.error.why}`;
    return paused(ports, claim, { code, text: null, isDoubtful: false });
  }
  const body = statementRequest(lotOf(claim), [signed.value]);
  const answer = await caller.call("statement", {
    environment,
    body,
    certificate: certificate.open,
    signal,
  });
  const read = answer.ok ? readStatementAnswer(answer.value) : answer;
  if (!read.ok) return afterFault(ports, claim, read.error);
  const { cStat } = read.value;
  if (cStat !== PROCESSED) return withoutEvent(ports, claim, read.value);
  const event = read.value.events.find((one) => isAbout(one, claim));
  if (event === undefined)
    return paused(ports, claim, { code: "no_event", text: null, isDoubtful: true });
  if (REGISTERED.includes(event.cStat))
    return done(ports, claim, {
      answer: event,
      proof: new Uint8Array(procEvento(signed.value, event)),
    });
  if (event.cStat === EVENT_STATUS.duplicate) return afterDuplicate(ports, claim, event, needs);
  return withoutEvent(ports, claim, event);
}

/** idLote: any number; that of the statement's id, so that a log of the service can be compared with ours. */
const lotOf = ({ call }: ClaimedStatement): string =>
  String(Number.parseInt(call.replaceAll("-", "").slice(0, 12), 16)).slice(0, 15);

/** Some refusals do not name the event: a lot has one, so it is that one. */
const isAbout = ({ accessKey, type, sequence }: EventAnswer, claim: ClaimedStatement): boolean =>
  (accessKey ?? claim.accessKey) === claim.accessKey &&
  (type ?? claim.type) === claim.type &&
  (sequence ?? claim.sequence) === claim.sequence;

/** Not registered: refused for good, or the service does not work now. */
async function withoutEvent(
  ports: Ports,
  claim: ClaimedStatement,
  answer: Pick<EventAnswer, "cStat" | "xMotivo">,
): Promise<Made> {
  const { cStat: code, xMotivo: text } = answer;
  if (STOPPED.includes(code) || code === UNKNOWN_ERROR)
    return paused(ports, claim, { code, text, isDoubtful: code === UNKNOWN_ERROR });
  if (code === TOO_MANY)
    return paused(ports, claim, { code, text, isDoubtful: false, atLeastMs: HOUR_MS });
  await writeRefused(ports, claim, answer);
  return { outcome: "refused", original: null };
}

/**
 * 573: the service has this type and sequence. By a call of ours, or with nothing later, the statement is done. Where another
 * system has made it and a conclusive one of another type after it, that one counts: ours takes the next sequence.
 */
async function afterDuplicate(
  ports: Ports,
  claim: ClaimedStatement,
  event: EventAnswer,
  needs: CallNeeds,
): Promise<Made> {
  const asked = await askForIt(ports, claim, needs);
  if (asked.kind === "paused") return PAUSED;
  const isStale = !claim.isDoubtful && asked.last !== null && asked.last !== claim.type;
  if (isStale && claim.type !== AWARE) {
    if (!(await takeNextSequence(ports, claim))) return withoutSequence(ports, claim, event);
    return send(ports, { ...claim, sequence: 2 }, needs);
  }
  return done(
    ports,
    claim,
    asked.own ?? { answer: { ...event, nProt: null, dhRegEvento: null }, proof: null },
  );
}

async function withoutSequence(
  ports: Ports,
  claim: ClaimedStatement,
  event: EventAnswer,
): Promise<Made> {
  await writeRefused(ports, claim, event);
  return { outcome: "refused", original: null };
}

type Asked =
  | { readonly kind: "paused" }
  | {
      readonly kind: "answered";
      /** The statement as the service has it; null: it has none such. */
      readonly own: { readonly answer: KnownEvent; readonly proof: Uint8Array<ArrayBuffer> } | null;
      /** Type of the last conclusive statement of the company there. */
      readonly last: string | null;
    };

/** Asks the state that authorised the note for its events. Without a usable answer the claim is given back. */
async function askForIt(
  ports: Ports,
  claim: ClaimedStatement,
  { caller, certificate, signal }: CallNeeds,
): Promise<Asked> {
  const { environment, accessKey } = claim;
  const answer = await caller.call("query", {
    environment,
    body: statusRequest(environment, accessKey),
    certificate: certificate.open,
    signal,
    state: keyParts(accessKey).cUF,
  });
  const read = answer.ok ? readStatusAnswer(answer.value) : answer;
  if (!read.ok) {
    await afterFault(ports, claim, { ...read.error, mayHaveArrived: false });
    return { kind: "paused" };
  }
  const { cStat, xMotivo, events } = read.value;
  if (!NAMES_EVENTS.includes(cStat)) {
    const atLeastMs = cStat === TOO_MANY ? HOUR_MS : 0;
    await writePause(ports, claim, { code: cStat, text: xMotivo, isDoubtful: false, atLeastMs });
    return { kind: "paused" };
  }
  const made = events.filter(
    ({ author, cStat: code }) =>
      author?.slice(0, 8) === claim.author.slice(0, 8) && REGISTERED.includes(code),
  );
  const own = made.find(({ type, sequence }) => type === claim.type && sequence === claim.sequence);
  return {
    kind: "answered",
    own: own === undefined ? null : { answer: own, proof: own.bytes },
    last: lastOf(made),
  };
}

function lastOf(made: readonly KnownEvent[]): string | null {
  const registered = ({ dhRegEvento }: KnownEvent) => instantOf(dhRegEvento ?? "") ?? 0;
  const conclusive = made.filter(
    ({ type }) => type !== null && isStatementType(type) && type !== AWARE,
  );
  return conclusive.toSorted((a, b) => registered(a) - registered(b)).at(-1)?.type ?? null;
}

async function done(
  ports: Ports,
  claim: ClaimedStatement,
  registered: Parameters<typeof writeDone>[2],
): Promise<Made> {
  return { outcome: "done", original: await writeDone(ports, claim, registered) };
}

async function paused(
  ports: Ports,
  claim: ClaimedStatement,
  pause: Parameters<typeof writePause>[2],
): Promise<Made> {
  await writePause(ports, claim, pause);
  return PAUSED;
}

const afterFault = (ports: Ports, claim: ClaimedStatement, fault: SefazFault): Promise<Made> =>
  paused(ports, claim, {
    code: fault.kind,
    text: fault.text ?? null,
    isDoubtful: fault.mayHaveArrived,
  });
