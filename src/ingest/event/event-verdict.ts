import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { appendEvents } from "../../journal/record.ts";
import { today } from "../../lib/days.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import { ruleSentence } from "../../messages/pt-BR/documents/rules.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import type { Reversal } from "../../stock/posting/reversal.ts";
import { EVENT_BEFORE_COUNT, saveCancelledBeforeCount } from "../approve/before-count.ts";
import {
  eventExitStatements,
  exitsToChange,
  type PreparedExits,
} from "../approve/change-event-exits.ts";
import { EVENT_BALANCE, saveMissingByCancellation } from "../approve/missing-goods.ts";
import { type ChangeEvents, type Judgement, judge } from "../judge/judge.ts";
import {
  effectsOf,
  judgedEvent,
  newVerdict,
  readingOf,
  statusUnder,
  verdictChanges,
} from "../judge/rejudge.ts";
import { signatureCheck } from "../judge/signature-check.ts";
import { NOT_BOOKED } from "../note/event-exits.ts";
import { isCancelled, originalOf, type StoredNote } from "../note/stored-note.ts";
import type { Finding } from "../note/written-verdict.ts";
import { reversalStatements } from "../reverse/reverse-note.ts";
import { HAS_RETURNS, saveStandingReturns } from "../reverse/standing-returns.ts";
import type { Hold, HoldCode } from "../verdict/failures.ts";

/** Holds that events cause; on a posted note each becomes a finding. */
const OF_EVENTS: readonly HoldCode[] = [
  "cancelled",
  "refused_by_recipient",
  "not_delivered",
  "goods_lost",
];
const LATE = "_after_processing";
/** Findings that each event of a posted note writes again. */
const LATE_CODES: readonly string[] = [
  ...OF_EVENTS.map((code) => code + LATE),
  "immobilised",
  NOT_BOOKED,
];
/** Findings about exits of events, which go when exits are taken back. */
const EXIT_CODES: readonly string[] = [EVENT_BALANCE, EVENT_BEFORE_COUNT];
/** Findings of a cancellation about what it has taken back. */
const CANCELLATION_CODES: readonly string[] = ["negative_balance", "before_count", HAS_RETURNS];
/** Findings of a note that its last event, or what it took out, has caused. */
export const isOfEvents = ({ code }: Finding): boolean =>
  [LATE_CODES, EXIT_CODES, CANCELLATION_CODES].some((codes) => codes.includes(code));
/** Their quantities leave the stock. */
const OF_EXITS: readonly HoldCode[] = ["goods_lost", "not_delivered"];

/**
 * Judges a stored note with the events that `changeEvents` returns. Null: its original cannot be read.
 * Fails as the ports do.
 */
export async function judgeStoredNote(
  ports: Ports,
  stored: StoredNote,
  settings: Settings,
  changeEvents: ChangeEvents,
  signal?: AbortSignal,
): Promise<Judgement | null> {
  const bytes = await originalOf(ports, settings.company, stored).catch((error) => {
    if (error instanceof Failed && error.failure.code.startsWith("original.")) return null;
    throw error;
  });
  const reading = bytes && (await readingOf(ports, bytes, stored.accessKey, signal));
  return bytes === null || reading === null
    ? null
    : judge(ports, reading, settings, {
        checkSignature: signatureCheck(ports, reading.note, { bytes }),
        readDatabase: true,
        changeEvents,
        signal,
      });
}

/** What the events of a note have come to, and the batch that writes it. */
export interface EventOutcome {
  /** Unique id of this write. */
  readonly id: string;
  /** Null: the note's original cannot be read. */
  readonly judged: Judgement | null;
  /** Where it cannot be read: whether one of its events cancels it. */
  readonly cancelledIfUnread: boolean;
  /** Takes back what a note in stock has moved, because it is cancelled now; null: nothing is to be taken back. */
  readonly reversal: Reversal | null;
  /** Of a note that stays in stock: what its events take out; null: nothing changes. */
  readonly exits: PreparedExits | null;
  /** Why exits of events that no longer stand are taken back. */
  readonly reason: string;
  readonly settings: Settings;
  readonly cause: UserCause;
  /** Selects a row where the change of the events was written. */
  readonly guard: Guard;
  readonly at: number;
}

/**
 * The statements that apply the events of a note to it. A note that is not in stock gets a new verdict, and so does one that
 * `reversal` takes out of it; another one in stock keeps its movements, and gets findings. They raise `verdict_version`, so
 * that a batch that was prepared before is refused by its guards.
 */
export function verdictByEvents(stored: StoredNote, outcome: EventOutcome): Statement[] {
  const { reversal, cause } = outcome;
  if (reversal === null)
    return [claim(stored, outcome), ...newHolds(stored, outcome), ...newExits(stored, outcome)];
  return [
    claimAndReverse(stored, reversal, outcome),
    // From here on the note is CANCELADA, as if its cancellation had come before it.
    ...newHolds({ ...stored, status: "CANCELADA", findings: [] }, outcome),
    ...reversalStatements(
      reversal,
      stored,
      cause,
      saveMissingByCancellation({ ...reversal, accessKey: stored.accessKey }),
    ),
    saveCancelledBeforeCount({ ...reversal, accessKey: stored.accessKey }),
    ...saveStandingReturns(reversal, stored.accessKey),
  ];
}

/** The exits of events that are to be made, and those that are to be taken back. */
function newExits(
  { accessKey }: StoredNote,
  { id, exits, reason, settings, cause, guard, at }: EventOutcome,
): Statement[] {
  if (exits === null) return [];
  const { company } = settings;
  const { userId } = cause.actor;
  const day = today(at, settings.timeZone);
  const change = {
    company,
    id,
    accessKey,
    ...exitsToChange(exits),
    reason,
    userId,
    at,
    day,
    guard,
  };
  return eventExitStatements(change, cause);
}

/** The statement that marks the note with the id of this write, by which the next ones know that it has won. */
const claim = ({ accessKey }: StoredNote, { id, settings, guard }: EventOutcome): Statement => {
  const n = guard.args.length;
  return {
    sql: `update notes set registration = ?${n + 1}
      where company = ?${n + 2} and access_key = ?${n + 3} and exists (${guard.sql})`,
    args: [...guard.args, id, settings.company, accessKey],
  };
};

/** As `claim`; it gives the note, cancelled now, the posting that takes back the one that it has. */
const claimAndReverse = (
  { accessKey }: StoredNote,
  { company, of, id: posting }: Reversal,
  { id, guard }: EventOutcome,
): Statement => {
  const n = guard.args.length;
  return {
    sql: `update notes set registration = ?${n + 1}, status = 'CANCELADA', posting = ?${n + 4}, reason = null
      where company = ?${n + 2} and access_key = ?${n + 3} and status = 'PROCESSADA' and posting = ?${n + 5}
        and exists (${guard.sql})`,
    args: [...guard.args, id, company, accessKey, posting, of],
  };
};

function newHolds(stored: StoredNote, outcome: EventOutcome): Statement[] {
  const { judged, settings } = outcome;
  const { company } = settings;
  if (judged === null) return [unread(stored, outcome)];
  if (stored.status === "PROCESSADA")
    return [written(stored, posted(stored, judged, outcome.exits), outcome)];
  return [
    appendEvents(
      company,
      outcome.at,
      [judgedEvent(stored.accessKey, judged)],
      verdictChanges(company, stored, judged, settings.version, outcome.id),
    ),
    newVerdict(company, stored, judged, settings.version, outcome.at, outcome.id),
    effectsOf(company, stored, judged),
  ];
}

const CANCELLED: Hold = {
  code: "cancelled",
  message: ruleSentence({ rule: "note.cancelled_event", params: {} }),
};

/** A note that cannot be judged now keeps its verdict except for the hold `cancelled`. */
function unread(stored: StoredNote, outcome: EventOutcome): Statement {
  const others = stored.holds.filter(({ code }) => code !== "cancelled");
  const holds = outcome.cancelledIfUnread ? [...others, CANCELLED] : others;
  return written(stored, { holds, findings: stored.findings }, outcome);
}

/** A note that is not in stock is judged when it is next read for approval: no settings have version 0. */
function written(
  { accessKey }: StoredNote,
  { holds, findings }: Pick<StoredNote, "holds" | "findings">,
  { settings, guard, at }: EventOutcome,
): Statement {
  const n = guard.args.length;
  return {
    sql: `update notes set holds = ?${n + 3}, findings = ?${n + 4}, verdict_version = verdict_version + 1, updated_at = ?${n + 5},
        settings_version = iif(status = 'PROCESSADA', settings_version, 0), status = ${statusUnder(`?${n + 6}`)},
        posting = iif(status = 'CANCELADA' and not ?${n + 6}, null, posting)
      where company = ?${n + 1} and access_key = ?${n + 2} and exists (${guard.sql})
      returning findings`,
    args: [
      ...guard.args,
      settings.company,
      accessKey,
      JSON.stringify(holds),
      JSON.stringify(findings),
      at,
      isCancelled(holds) ? 1 : 0,
    ],
  };
}

/** A posted note keeps its verdict, except for the holds and findings of its events. */
function posted(
  stored: StoredNote,
  { verdict, standing }: Judgement,
  exits: PreparedExits | null,
): Pick<StoredNote, "holds" | "findings"> {
  const cancelled = verdict.holds.filter(({ code }) => code === "cancelled");
  // A hold of an event that was overridden stays as long as its event counts.
  const counts = verdict.holds.map(({ code }) => code);
  const others = stored.holds.filter(
    ({ code }) => code !== "cancelled" && (!OF_EVENTS.includes(code) || counts.includes(code)),
  );
  const takesBack = exits !== null && exitsToChange(exits).takenBack.length > 0;
  const moved = exits !== null && exits.wanted.exits.length > 0;
  const late = verdict.holds
    .filter(
      ({ code, message }) =>
        OF_EVENTS.includes(code) &&
        (code !== "cancelled" || standing.cancelled) &&
        others.every((hold) => hold.code !== code || hold.message !== message),
    )
    .map(
      ({ code, message }): Finding => ({
        code: code + LATE,
        severity: "warning",
        path: null,
        message:
          moved && OF_EXITS.includes(code)
            ? NOTE_SENTENCES.eventExitsMade(message)
            : NOTE_SENTENCES.eventAfterProcessing(message),
      }),
    );
  const immobilised = verdict.findings.filter(({ code }) => code === "immobilised");
  return {
    holds: [...others, ...cancelled],
    findings: [
      ...stored.findings.filter(
        ({ code }) => !LATE_CODES.includes(code) && !(takesBack && EXIT_CODES.includes(code)),
      ),
      ...late,
      ...immobilised,
      ...(exits?.wanted.findings ?? []),
    ],
  };
}
