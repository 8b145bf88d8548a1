import type { Result } from "../../lib/result.ts";
import { instantOf } from "../../nfe/dates.ts";
import { REGISTERED } from "../../nfe/read/read-event.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { SefazFault } from "../../ports/sefaz-fault.ts";
import { HOUR_MS } from "../fetch/limits.ts";
import {
  EVENT_STATUS,
  type EventAnswer,
  procEvento,
  type StatementAnswer,
} from "../wire/statement-wire.ts";
import type { QueriedEvent, StatusAnswer } from "../wire/status-query.ts";
import type { ClaimedStatement } from "./claim-statement.ts";
import { AWARE, isStatementType } from "./evento.ts";
import type { Pause, Registered } from "./write-outcome.ts";

/** A call of a claimed statement: its note asked for by key, or the event sent with this nSeqEvento. */
export type Call =
  | { readonly kind: "query" }
  | { readonly kind: "send"; readonly sequence: number };

/** A call that was made, with its answer. `signed`: the evento as it was sent. */
export type AnsweredCall =
  | { readonly kind: "query"; readonly answer: Result<StatusAnswer, SefazFault> }
  | {
      readonly kind: "send";
      readonly sequence: number;
      readonly signed: string;
      readonly answer: Result<StatementAnswer, SefazFault>;
    };

type Refusal = Pick<EventAnswer, "cStat" | "xMotivo">;

/** What follows from the calls of a claim: one more, or its end. `take_sequence`: the next nSeqEvento is taken, and sent. */
export type Step =
  | Call
  | { readonly kind: "take_sequence"; readonly refusal: Refusal }
  | { readonly kind: "done"; readonly registered: Registered }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "paused"; readonly pause: Pause };

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

type Claimed = Pick<
  ClaimedStatement,
  "accessKey" | "author" | "type" | "sequence" | "isDone" | "isDoubtful"
>;

/**
 * Decides, by all calls of a claim so far, what makes the statement once in effect: where an earlier claim's call may have been
 * carried out the service is asked for it before it is sent again, and a duplicate is done already. At most five calls.
 */
export function nextStep(claim: Claimed, calls: readonly AnsweredCall[]): Step {
  const sequence = firstSequence(calls) ?? claim.sequence;
  if (!claim.isDone && !claim.isDoubtful) return afterSends(claim, sequence, calls);
  const [query, ...sends] = calls;
  if (query?.kind !== "query") return { kind: "query" };
  const asked = eventsIn(claim, sequence, query.answer);
  if (asked.kind === "paused") return asked;
  if (asked.own !== null) return { kind: "done", registered: asked.own };
  if (claim.isDone) return paused({ code: "no_proof", text: null, isDoubtful: false });
  return afterSends(claim, sequence, sends);
}

/** The nSeqEvento that the first event of a claim was sent with. */
export function firstSequence(calls: readonly AnsweredCall[]): number | null {
  const sent = calls.find((one) => one.kind === "send");
  return sent?.kind === "send" ? sent.sequence : null;
}

/** An event is sent at most twice: once more where its nSeqEvento was used elsewhere for another meaning. */
function afterSends(
  claim: Claimed,
  sequence: number,
  [sent, asked, ...later]: readonly AnsweredCall[],
): Step {
  if (sent?.kind !== "send") return { kind: "send", sequence };
  if (!sent.answer.ok) return afterFault(sent.answer.error);
  const lot = sent.answer.value;
  if (lot.cStat !== PROCESSED) return withoutEvent(lot);
  const event = lot.events.find((one) => isAbout(one, claim, sequence));
  if (event === undefined) return paused({ code: "no_event", text: null, isDoubtful: true });
  if (REGISTERED.includes(event.cStat)) {
    const proof = new Uint8Array(procEvento(sent.signed, event));
    return { kind: "done", registered: { answer: event, proof } };
  }
  if (event.cStat !== EVENT_STATUS.duplicate) return withoutEvent(event);
  if (asked?.kind !== "query") return { kind: "query" };
  return afterDuplicate(claim, sequence, event, asked.answer, later);
}

/**
 * 573: the service has this type and sequence. By a call of ours, or with nothing later, the statement is done. Where another
 * system has made it and a conclusive one of another type after it, that one counts: ours takes the next sequence.
 */
function afterDuplicate(
  claim: Claimed,
  sequence: number,
  event: EventAnswer,
  answer: Result<StatusAnswer, SefazFault>,
  later: readonly AnsweredCall[],
): Step {
  const asked = eventsIn(claim, sequence, answer);
  if (asked.kind === "paused") return asked;
  const isStale = !claim.isDoubtful && asked.last !== null && asked.last !== claim.type;
  if (isStale && claim.type !== AWARE) {
    if (sequence !== 1) return { kind: "refused", refusal: event };
    if (later.length === 0) return { kind: "take_sequence", refusal: event };
    return afterSends(claim, sequence + 1, later);
  }
  const unproven = { answer: { ...event, nProt: null, dhRegEvento: null }, proof: null };
  return { kind: "done", registered: asked.own ?? unproven };
}

/** Some refusals do not name the event: a lot has one, so it is that one. */
const isAbout = (event: EventAnswer, claim: Claimed, sequence: number): boolean =>
  (event.accessKey ?? claim.accessKey) === claim.accessKey &&
  (event.type ?? claim.type) === claim.type &&
  (event.sequence ?? sequence) === sequence;

/** Not registered: refused for good, or the service does not work now. */
function withoutEvent({ cStat: code, xMotivo: text }: Refusal): Step {
  if (STOPPED.includes(code) || code === UNKNOWN_ERROR)
    return paused({ code, text, isDoubtful: code === UNKNOWN_ERROR });
  if (code === TOO_MANY) return paused({ code, text, isDoubtful: false, atLeastMs: HOUR_MS });
  return { kind: "refused", refusal: { cStat: code, xMotivo: text } };
}

type Asked =
  | Extract<Step, { kind: "paused" }>
  | {
      readonly kind: "answered";
      /** The statement as the service has it; null: it has none such. */
      readonly own: Registered | null;
      /** Type of the last conclusive statement of the company there. */
      readonly last: string | null;
    };

/** What the state that authorised the note has of the statement. */
function eventsIn(
  claim: Claimed,
  sequence: number,
  answer: Result<StatusAnswer, SefazFault>,
): Asked {
  if (!answer.ok) return afterFault({ ...answer.error, mayHaveArrived: false });
  const { cStat, xMotivo, events } = answer.value;
  if (!NAMES_EVENTS.includes(cStat)) {
    const atLeastMs = cStat === TOO_MANY ? HOUR_MS : 0;
    return paused({ code: cStat, text: xMotivo, isDoubtful: false, atLeastMs });
  }
  const made = events.filter(
    ({ author, cStat: code }) => sameRoot(author, claim.author) && REGISTERED.includes(code),
  );
  const own = made.find((one) => one.type === claim.type && one.sequence === sequence);
  return {
    kind: "answered",
    own: own === undefined ? null : { answer: own, proof: own.bytes },
    last: lastOf(made),
  };
}

function lastOf(made: readonly QueriedEvent[]): string | null {
  const registered = ({ dhRegEvento }: QueriedEvent) => instantOf(dhRegEvento ?? "") ?? 0;
  const conclusive = made.filter(
    ({ type }) => type !== null && isStatementType(type) && type !== AWARE,
  );
  return conclusive.toSorted((a, b) => registered(a) - registered(b)).at(-1)?.type ?? null;
}

const paused = (pause: Pause): Extract<Step, { kind: "paused" }> => ({ kind: "paused", pause });

const afterFault = (fault: SefazFault): Extract<Step, { kind: "paused" }> =>
  paused({ code: fault.kind, text: fault.text ?? null, isDoubtful: fault.mayHaveArrived });
