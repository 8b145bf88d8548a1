import { settingsOf } from "../../accounts/settings/settings.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import type { Original } from "../../lib/original.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Statement } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { type EventOutcome, verdictByEvents } from "../event/event-verdict.ts";
import { type Judgement, judge } from "../judge/judge.ts";
import { findingsUnder } from "../judge/rejudge.ts";
import { signatureCheck } from "../judge/signature-check.ts";
import type { FlowOptions, RegisterOptions } from "../note/flow-options.ts";
import type { NoteReceipt, ReceivedNote } from "../note/receipt.ts";
import { registrationGuard } from "../note/registration-sql.ts";
import {
  findNote,
  isCancelled,
  originalOf,
  type StoredNote,
  statusWith,
} from "../note/stored-note.ts";
import type { Finding } from "../note/written-verdict.ts";
import { reversalOf } from "../reverse/reverse-note.ts";
import type { Hold, HoldCode } from "../verdict/failures.ts";

/**
 * Handles a document whose key is registered. The same content is a duplicate; the same note with the protocol that the stored
 * one lacks completes it (both originals are kept, `/xml` returns the complete one, the note is judged again); anything else
 * differs.
 * Fails with `nfe.duplicate`.
 */
export async function completeNote(
  ports: Ports,
  received: ReceivedNote,
  stored: StoredNote,
  options: RegisterOptions,
): Promise<NoteReceipt> {
  let known = stored;
  return optimistic(async () => {
    const relation = await compareWithStored(ports, received.original, known, options);
    if (relation !== "completes" || known.hasProtocol)
      throw duplicate(known, relation === "differs");
    const receipt = await commitCompletion(ports, received, known, options);
    if (receipt !== null) return receipt;
    // Another request has completed the note, or the data of the verdict has changed: read the note again.
    const { company } = options.cause.actor;
    known = (await findNote(ports, company, known.accessKey, options.signal)) ?? known;
    return CHANGED;
  });
}

/** Null where the note has changed since it was read; then nothing is written. */
async function commitCompletion(
  ports: Ports,
  received: ReceivedNote,
  stored: StoredNote,
  options: RegisterOptions,
): Promise<NoteReceipt | null> {
  const { company } = options.cause.actor;
  const settings = await settingsOf(ports, company);
  const { reading, original } = received;
  const judged = await judge(ports, reading, settings, {
    checkSignature: signatureCheck(ports, reading.note, original),
    readDatabase: true,
    signal: options.signal,
  });
  const id = newId();
  const at = ports.clock.now();
  const guard = registrationGuard(company, stored.accessKey, id);
  const reason = NOTE_SENTENCES.cancelledByProtocol;
  const reversal =
    stored.status === "PROCESSADA" && stored.posting !== null && isCancelled(judged.verdict.holds)
      ? await reversalOf(ports, stored, stored.posting, { ...options, reason })
      : null;
  const { cause } = options;
  const outcome: EventOutcome = {
    id,
    judged,
    cancelledIfUnread: true,
    reversal,
    exits: null,
    reason,
    settings,
    cause,
    guard,
    at,
  };
  const verdict = verdictOf(stored, outcome, judged);
  const receipt: NoteReceipt = {
    accessKey: stored.accessKey,
    totalItems: judged.items.length,
    status: reversal === null ? statusWith(stored.status, verdict.holds) : "CANCELADA",
    direction: verdict.direction,
    holds: verdict.holds,
    findings: verdict.findings,
    completed: true,
  };
  const statements = [
    {
      // Every completion raises verdict_version: the condition also excludes a completion by another request.
      sql: `update notes set sha256 = ?3, registration = ?4, has_protocol = 1, updated_at = ?5
        where company = ?1 and access_key = ?2 and verdict_version = ?6
          and status = ?8 and exists (select 1 from companies where id = ?1 and settings_version = ?7)
        returning status`,
      args: [
        company,
        stored.accessKey,
        original.sha256,
        id,
        at,
        stored.verdictVersion,
        settings.version,
        stored.status,
      ],
    },
    ...(await ports.originals.store(company, original, guard)),
    {
      sql: `insert into note_originals (company, access_key, sha256, received_at)
        select ?1, ?2, ?4, ?5 where exists (${guard.sql}) on conflict do nothing`,
      args: [...guard.args, stored.sha256, at],
    },
    ...verdict.statements,
    appendEvents(
      company,
      at,
      [{ type: "nfe.completed", payload: { access_key: stored.accessKey } }],
      guard,
    ),
    bumpTags(company, ["nfes"], guard),
    audit(
      options.cause,
      at,
      {
        action: "nfe.complete",
        entity: "nfe",
        id: stored.accessKey,
        detail: { sha256: original.sha256, replaces: stored.sha256 },
      },
      guard,
    ),
    ...(options.along?.(receipt, guard) ?? []),
  ];
  const won = await ports.writer.commit(
    { statements, read: ([note]) => note !== undefined && note.length > 0 },
    options.signal,
  );
  return won ? receipt : null;
}

/** Holds that a late protocol may add to a posted note. */
const REVEALED: readonly HoldCode[] = ["homologation", "not_authorised", "protocol_mismatch"];

const HELD_LATE = {
  code: "held_after_processing",
  severity: "warning",
  path: null,
  message: NOTE_SENTENCES.heldAfterProcessing,
} as const satisfies Finding;

/**
 * A note that is not in stock gets the whole new verdict, and so does a posted one that the protocol cancels; another posted
 * one keeps direction and effects, as it keeps its movements.
 */
function verdictOf(
  stored: StoredNote,
  outcome: EventOutcome,
  judged: Judgement,
): {
  statements: Statement[];
  direction: StoredNote["direction"];
  holds: readonly Hold[];
  findings: readonly Finding[];
} {
  const { verdict } = judged;
  if (stored.status !== "PROCESSADA" || outcome.reversal !== null)
    return {
      statements: verdictByEvents(stored, outcome),
      direction: verdict.direction,
      holds: verdict.holds,
      findings: findingsUnder(stored, judged),
    };
  const before = stored.holds.filter(({ code }) => code !== "no_protocol");
  const revealed = verdict.holds.filter(
    ({ code }) => REVEALED.includes(code) && before.every((hold) => hold.code !== code),
  );
  const holds = [...before, ...revealed];
  const findings = revealed.length > 0 ? [...stored.findings, HELD_LATE] : stored.findings;
  const { guard } = outcome;
  const statement = {
    sql: `update notes set holds = ?4, findings = ?5, verdict_version = verdict_version + 1
      where company = ?1 and access_key = ?2 and exists (${guard.sql})`,
    args: [...guard.args, JSON.stringify(holds), JSON.stringify(findings)],
  };
  return { statements: [statement], direction: stored.direction, holds, findings };
}

/** Compares a document with the stored one of its key. */
export async function compareWithStored(
  ports: Ports,
  sent: Original,
  stored: Pick<StoredNote, "sha256" | "accessKey">,
  { cause, signal }: FlowOptions,
): Promise<"same" | "completes" | "differs"> {
  if (stored.sha256 === sent.sha256) return "same";
  const kept = await originalOf(ports, cause.actor.company, stored);
  return ports.documents.compare(kept, sent.bytes, stored.accessKey, signal);
}

const duplicate = (stored: StoredNote, differs: boolean) =>
  new Failed({
    code: "nfe.duplicate" as const,
    access_key: stored.accessKey,
    status: stored.status,
    differs,
  });
