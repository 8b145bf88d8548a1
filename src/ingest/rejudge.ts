import pMap from "p-map";
import { settingsOf } from "../accounts/settings.ts";
import { type AuditLine, audit, touched } from "../journal/record.ts";
import type { Reading } from "../nfe/document.ts";
import type { Guard, Ports, Statement } from "../ports.ts";
import { type Judgement, judge } from "./judge.ts";
import { findNote, type StoredNote } from "./stored-note.ts";

/** Notes that one slice takes; their documents are read again, so it is kept small. */
const SLICE = 50;

/** The statement that replaces the verdict of a note that was not posted, where nobody has changed it since. Returns a row when it has. */
export function newVerdict(
  company: number,
  stored: StoredNote,
  judged: Judgement,
  settingsVersion: number,
  at: number,
): Statement {
  return {
    sql: `update notes set holds = ?4, findings = ?5, rules = ?6, direction = ?7, issued_by_us = ?8,
        settings_version = ?9, verdict_version = verdict_version + 1, updated_at = ?10
      where company = ?1 and access_key = ?2 and verdict_version = ?3 and status in ('PENDENTE', 'DESCARTADA')
        and exists (select 1 from companies where id = ?1 and settings_version = ?9)
      returning id`,
    args: [
      company,
      stored.accessKey,
      stored.verdictVersion,
      JSON.stringify(judged.verdict.holds),
      JSON.stringify(judged.findings),
      JSON.stringify(judged.verdict.rules),
      judged.verdict.direction,
      judged.verdict.issuedByUs ? 1 : 0,
      settingsVersion,
      at,
    ],
  };
}

/** The statement that gives the items the effects of the verdict that `newVerdict` has just put in place. */
export function effectsOf(
  company: number,
  stored: StoredNote,
  judged: Judgement,
  settingsVersion: number,
): Statement {
  const effects = effectsByPosition(judged);
  return {
    sql: `update note_items set effect = e.value ->> 'effect' from json_each(?3) e
      where company = ?1 and note = ?2 and position = e.value ->> 'n'
        and exists (select 1 from notes where id = ?2 and company = ?1 and status in ('PENDENTE', 'DESCARTADA')
          and verdict_version = ?4 and settings_version = ?5)`,
    args: [company, stored.id, JSON.stringify(effects), stored.verdictVersion + 1, settingsVersion],
  };
}

/** Selects a row where the verdict would say anything else than it does now: before it is written. */
function otherwise(company: number, stored: StoredNote, judged: Judgement): Guard {
  const { holds, rules, direction } = judged.verdict;
  return {
    sql: `select 1 from notes n where company = ?1 and access_key = ?2 and (
        holds <> ?3 or findings <> ?4 or rules <> ?5 or direction <> ?6 or exists (
          select 1 from json_each(?7) e join note_items i
            on i.company = ?1 and i.note = n.id and i.position = e.value ->> 'n'
          where i.effect <> e.value ->> 'effect'))`,
    args: [
      company,
      stored.accessKey,
      JSON.stringify(holds),
      JSON.stringify(judged.findings),
      JSON.stringify(rules),
      direction,
      JSON.stringify(effectsByPosition(judged)),
    ],
  };
}

const effectsByPosition = ({ items, verdict }: Judgement) =>
  items.map((item, i) => ({ n: item.position, effect: verdict.effects[i] ?? "ask" }));

/**
 * Makes the verdict of one PENDENTE note anew, from its original bytes under the present settings.
 * Gives true when it was replaced; false when the note has moved on meanwhile (whoever moved it has seen to it).
 */
export async function rejudgeNote(
  ports: Ports,
  company: number,
  stored: StoredNote,
  signal?: AbortSignal,
): Promise<boolean> {
  const bytes = await ports.originals.get(company, stored.sha256);
  const reading = bytes === null ? null : await readingOf(ports, bytes, stored.accessKey, signal);
  if (bytes === null || reading === null) return false;
  const settings = await settingsOf(ports, company);
  const judged = await judge(ports, reading, bytes, settings, true, signal);
  const at = ports.clock.now();
  const changes = otherwise(company, stored, judged);
  return ports.writer.commit(
    {
      statements: [
        touched(company, ["nfes"], changes),
        audit(rejudged(company, stored, judged, at), changes),
        newVerdict(company, stored, judged, settings.version, at),
        effectsOf(company, stored, judged, settings.version),
      ],
      mine: ([, , rows]) => rows !== undefined && rows.length > 0,
    },
    signal,
  );
}

/** Nobody has asked for this note by name: it follows from what somebody changed, which has a line of its own. */
const rejudged = (
  company: number,
  stored: StoredNote,
  judged: Judgement,
  at: number,
): AuditLine => ({
  company,
  at,
  by: { userId: null },
  action: "nfe.rejudge",
  entity: "nfe",
  entityId: stored.accessKey,
  detail: {
    before: stored.holds.map(({ code }) => code),
    holds: judged.verdict.holds.map(({ code }) => code),
  },
  requestId: "rejudge",
  peer: null,
});

/** The reading of one note in a document that was accepted before; null when it is not there. */
async function readingOf(
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
 * Gives every PENDENTE note whose verdict was made under other settings its verdict again, slice by slice.
 * What a crash leaves behind is found again by the next call, or by the approval that meets it.
 */
export async function rejudgePending(
  ports: Ports,
  company: number,
  signal?: AbortSignal,
): Promise<void> {
  await rejudgeWhere(
    ports,
    company,
    "settings_version <> (select settings_version from companies where id = ?1)",
    [],
    signal,
  );
}

/** Gives the PENDENTE notes of one supplier that wait for a mapping their verdict again. */
export async function rejudgeSupplier(
  ports: Ports,
  company: number,
  supplier: string,
  signal?: AbortSignal,
): Promise<void> {
  await rejudgeWhere(
    ports,
    company,
    "supplier_id = ?4 and exists (select 1 from json_each(holds) where value ->> 'code' = 'mapping')",
    [supplier],
    signal,
  );
}

async function rejudgeWhere(
  ports: Ports,
  company: number,
  condition: string,
  args: readonly string[],
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
    await pMap(
      rows,
      async (row) => {
        const stored = await findNote(ports, company, String(row.access_key), signal);
        if (stored?.status === "PENDENTE") await rejudgeNote(ports, company, stored, signal);
      },
      { concurrency: ports.config.BATCH_CONCURRENCY },
    );
    if (rows.length < SLICE) return;
    after = Number(rows.at(-1)?.id);
  }
}
