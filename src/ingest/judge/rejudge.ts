import pMap from "p-map";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { systemCause } from "../../journal/cause.ts";
import type { NewFeedEvent } from "../../journal/feed-events.ts";
import { type AuditedAction, appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import type { Reading } from "../../nfe/document.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { insertReferences } from "../note/registration-sql.ts";
import { findNote, isCancelled, originalOf, type StoredNote } from "../note/stored-note.ts";
import type { Finding } from "../note/written-verdict.ts";
import { RULES_VERSION } from "../verdict/rules.ts";
import { type Judgement, judge, judgedItems } from "./judge.ts";
import { signatureCheck } from "./signature-check.ts";

/** Notes of one slice. It is small because each document is parsed again. */
const SLICE = 50;

/** SQL list: the states of notes that are not in stock. They get whole new verdicts. */
const NOT_IN_STOCK = "('PENDENTE', 'ESTORNADA', 'CANCELADA', 'DESCARTADA')";

/** What a posting or a reversal has found; a cancelled note keeps it under a new verdict. */
const KEPT_FINDINGS: readonly string[] = ["negative_balance", "before_count", "has_returns"];

/** The findings of a note under a new verdict. */
export const findingsUnder = (
  stored: Pick<StoredNote, "status" | "findings">,
  { findings, verdict }: Pick<Judgement, "findings" | "verdict">,
): readonly Finding[] =>
  stored.status === "CANCELADA" && isCancelled(verdict.holds)
    ? [...findings, ...stored.findings.filter(({ code }) => KEPT_FINDINGS.includes(code))]
    : findings;

/**
 * The statement that replaces the verdict of a note that is not in stock, where the note and the settings are unchanged since
 * the judgement. The hold `cancelled` makes it CANCELADA; without the hold a CANCELADA note is PENDENTE again, of no posting.
 * `registration`: only where the note has it, set by an earlier statement of the batch. Returns a row when the verdict was
 * replaced.
 */
export function newVerdict(
  company: number,
  stored: StoredNote,
  judged: Judgement,
  settingsVersion: number,
  at: number,
  registration: string | null = null,
): Statement {
  return {
    sql: `update notes set holds = ?4, findings = ?5, rules = ?6, direction = ?7, issued_by_us = ?8,
        settings_version = ?9, rules_version = ?11, verdict_version = verdict_version + 1, updated_at = ?10, referenced = ?13,
        tax_profile = (select tax_profile_version from companies where id = ?1),
        status = ${statusUnder("?14")}, posting = iif(status = 'CANCELADA' and not ?14, null, posting)
      where company = ?1 and access_key = ?2 and verdict_version = ?3 and status in ${NOT_IN_STOCK}
        and exists (select 1 from companies where id = ?1 and settings_version = ?9)
        and (?12 is null or registration = ?12)
      returning id`,
    args: [
      company,
      stored.accessKey,
      stored.verdictVersion,
      JSON.stringify(judged.verdict.holds),
      JSON.stringify(findingsUnder(stored, judged)),
      JSON.stringify(judged.verdict.rules),
      judged.verdict.direction,
      judged.verdict.issuedByUs ? 1 : 0,
      settingsVersion,
      at,
      RULES_VERSION,
      registration,
      judged.referenced,
      isCancelled(judged.verdict.holds) ? 1 : 0,
    ],
  };
}

/** SQL: the status of a note under holds; `cancelled` is the parameter that says (1 or 0) whether `cancelled` is among them. */
export const statusUnder = (cancelled: string): string => `case
      when status in ('PROCESSADA', 'DESCARTADA') then status
      when ${cancelled} then 'CANCELADA'
      when status = 'CANCELADA' then 'PENDENTE'
      else status end`;

/**
 * The statement that updates effect and cost of the items. It must follow `newVerdict` directly in the batch, and writes only
 * where that statement changed the note.
 */
export function effectsOf(company: number, stored: StoredNote, judged: Judgement): Statement {
  return {
    sql: `update note_items set effect = e.value ->> 'effect', landed_e2 = e.value ->> 'landed_e2',
        brings_cost = e.value ->> 'brings_cost', taxes = e.value ->> 'taxes', cost = e.value ->> 'cost',
        destination = e.value ->> 'destination' from json_each(?3) e
      where changes() > 0 and company = ?1 and note = ?2 and position = e.value ->> 'n'`,
    args: [company, stored.id, JSON.stringify(judgedItems(judged))],
  };
}

/**
 * Selects a row where `newVerdict` will replace the verdict by a different one. The statements that it guards (feed, cache,
 * audit) must precede `newVerdict` in the batch.
 */
export function verdictChanges(
  company: number,
  stored: StoredNote,
  judged: Judgement,
  settingsVersion: number,
  registration: string | null = null,
): Guard {
  const { holds, rules, direction } = judged.verdict;
  return {
    sql: `select 1 from notes n where company = ?1 and access_key = ?2 and verdict_version = ?3
      and status in ${NOT_IN_STOCK}
      and exists (select 1 from companies where id = ?1 and settings_version = ?4)
      and (?10 is null or registration = ?10) and (
        holds <> ?5 or findings <> ?6 or rules <> ?7 or direction <> ?8 or status <> ${statusUnder("?11")} or exists (
          select 1 from json_each(?9) e join note_items i
            on i.company = ?1 and i.note = n.id and i.position = e.value ->> 'n'
          where i.effect <> e.value ->> 'effect' or i.landed_e2 <> e.value ->> 'landed_e2'
            or i.brings_cost <> e.value ->> 'brings_cost' or i.destination is not e.value ->> 'destination'
            or i.cost is not e.value ->> 'cost'))`,
    args: [
      company,
      stored.accessKey,
      stored.verdictVersion,
      settingsVersion,
      JSON.stringify(holds),
      JSON.stringify(findingsUnder(stored, judged)),
      JSON.stringify(rules),
      direction,
      JSON.stringify(judgedItems(judged)),
      registration,
      isCancelled(holds) ? 1 : 0,
    ],
  };
}

/** The feed event with the holds of a new verdict. */
export const judgedEvent = (accessKey: string, { verdict }: Judgement): NewFeedEvent => ({
  type: "nfe.judged",
  payload: {
    access_key: accessKey,
    direction: verdict.direction,
    holds: verdict.holds.map(({ code }) => code),
  },
});

/**
 * `judged`: the verdict was replaced. `moved`: the note, or the settings, changed meanwhile, and nothing was written.
 * `unreadable`: its original would not be accepted today; the old verdict stays.
 */
export type Rejudgement = "judged" | "moved" | "unreadable";

/**
 * Judges one PENDENTE note again, from its original bytes under the present settings and rules. A different verdict appends
 * `nfe.judged` to the feed and `nfe.rejudge` to the audit log. Fails with `original.missing`, `original.damaged`.
 */
export async function rejudgeNote(
  ports: Ports,
  company: number,
  stored: StoredNote,
  signal?: AbortSignal,
): Promise<Rejudgement> {
  const bytes = await originalOf(ports, company, stored);
  const reading = await readingOf(ports, bytes, stored.accessKey, signal);
  if (reading === null) return "unreadable";
  const settings = await settingsOf(ports, company);
  const judged = await judge(ports, reading, settings, {
    checkSignature: signatureCheck(ports, reading.note, { bytes }),
    readDatabase: true,
    signal,
  });
  const at = ports.clock.now();
  const changes = verdictChanges(company, stored, judged, settings.version);
  const won = await ports.writer.commit(
    {
      statements: [
        bumpTags(company, ["nfes"], changes),
        appendEvents(company, at, [judgedEvent(stored.accessKey, judged)], changes),
        audit(systemCause(company, "rejudge"), at, rejudgedAction(stored, judged), changes),
        newVerdict(company, stored, judged, settings.version, at),
        effectsOf(company, stored, judged),
        ...(stored.referenced === null
          ? insertReferences(company, stored.accessKey, judged.referenced)
          : []),
      ],
      read: ([, , , rows]) => rows !== undefined && rows.length > 0,
    },
    signal,
  );
  return won ? "judged" : "moved";
}

/** The line has no user: it follows from a change of settings or mappings, which has an audit line of its own. */
const rejudgedAction = (stored: StoredNote, judged: Judgement): AuditedAction => ({
  action: "nfe.rejudge",
  entity: "nfe",
  id: stored.accessKey,
  detail: {
    before: stored.holds.map(({ code }) => code),
    holds: judged.verdict.holds.map(({ code }) => code),
  },
});

/** One note of a stored document; null when the document no longer has it. */
export async function readingOf(
  ports: Pick<Ports, "documents">,
  bytes: Uint8Array<ArrayBuffer>,
  accessKey: string,
  signal?: AbortSignal,
): Promise<Reading | null> {
  const read = await ports.documents.read(bytes, signal);
  if (!read.ok || read.value.kind !== "notes") return null;
  for (const note of read.value.notes)
    if (note.ok && note.value.note.accessKey === accessKey) return note.value;
  return null;
}

/**
 * Judges every PENDENTE note again whose verdict was made under other settings or older rules, slice by slice.
 * After a crash maintenance, or the approval of the note, does the rest.
 */
export async function rejudgePending(
  ports: Ports,
  company: number,
  signal?: AbortSignal,
): Promise<void> {
  await rejudgeWhere(
    ports,
    company,
    `(rules_version < ${RULES_VERSION} or settings_version <> (select settings_version from companies where id = ?1))`,
    [],
    signal,
  );
}

/** Judges the PENDENTE notes of suppliers again that wait for a mapping or for another factor; with `code` those that have an item of it. */
export async function rejudgeSuppliers(
  ports: Ports,
  company: number,
  suppliers: readonly string[],
  code: string | null,
  signal?: AbortSignal,
): Promise<void> {
  await rejudgeWhere(
    ports,
    company,
    `supplier_id in (select value from json_each(?4)) and iif(?5 is null, exists (select 1 from json_each(holds) where value ->> 'code' in ('mapping', 'rounds_to_zero')),
      exists (select 1 from note_items i where i.company = ?1 and i.note = notes.id and i.code = ?5))`,
    [JSON.stringify(suppliers), code],
    signal,
  );
}

async function rejudgeWhere(
  ports: Ports,
  company: number,
  condition: string,
  args: readonly (string | null)[],
  signal?: AbortSignal,
): Promise<void> {
  let after = 0;
  while (true) {
    const rows = await ports.reader.rows(
      {
        sql: `select id, access_key from notes
          where company = ?1 and status = 'PENDENTE' and id > ?2 and ${condition} order by id limit ?3`,
        args: [company, after, SLICE, ...args],
      },
      signal,
    );
    await rejudgeKeys(
      ports,
      company,
      rows.map((row) => String(row.access_key)),
      signal,
    );
    if (rows.length < SLICE) return;
    after = Number(rows.at(-1)?.id);
  }
}

/** Each of them reads its original, which may be large, and the documents of all companies wait for the same threads. */
const REJUDGED_AT_ONCE = 5;

/** A failure of one note's bytes, which must not stop the other notes. */
const isOriginalFault = (error: unknown): boolean =>
  error instanceof Failed &&
  (error.failure.code === "original.missing" || error.failure.code === "original.damaged");

/**
 * Judges the notes of these keys again that are still PENDENTE. Returns how many verdicts were replaced. A note whose
 * original is missing or damaged keeps its verdict; its approval fails with the reason, and `sge verify` reports it.
 */
export async function rejudgeKeys(
  ports: Ports,
  company: number,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  const done = await pMap(
    keys,
    async (key) => {
      const stored = await findNote(ports, company, key, signal);
      if (stored?.status !== "PENDENTE") return false;
      const outcome = await rejudgeNote(ports, company, stored, signal).catch((error) => {
        if (isOriginalFault(error)) return "unreadable";
        throw error;
      });
      return outcome === "judged";
    },
    { concurrency: Math.min(ports.config.BATCH_CONCURRENCY, REJUDGED_AT_ONCE) },
  );
  return done.filter((judged) => judged).length;
}
