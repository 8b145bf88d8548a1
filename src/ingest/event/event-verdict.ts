import type { Settings } from "../../accounts/company.ts";
import { appendEvents } from "../../journal/record.ts";
import { Failed } from "../../lib/result.ts";
import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard, Statement } from "../../ports/sql.ts";
import { type ChangeEvents, type Judgement, judge } from "../note/judge.ts";
import { effectsOf, judgedEvent, newVerdict, readingOf, verdictChanges } from "../note/rejudge.ts";
import { signatureCheck } from "../note/signature-check.ts";
import { originalOf, type StoredNote } from "../note/stored-note.ts";
import type { Finding } from "../note/written-verdict.ts";
import type { HoldCode } from "../verdict/failures.ts";

/** Holds that events cause; on a posted note each becomes a finding. */
const OF_EVENTS: readonly HoldCode[] = [
  "cancelled",
  "refused_by_recipient",
  "not_delivered",
  "goods_lost",
];
const LATE = "_after_processing";
const LATE_CODES: readonly string[] = [...OF_EVENTS.map((code) => code + LATE), "immobilised"];

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

/**
 * The statements that apply the events of a note to its verdict: a waiting note gets a new verdict; a posted one keeps its
 * movements, and gets the hold `cancelled` and findings. They raise `verdict_version`, so that a batch that was prepared
 * before is refused by its guards. `guard` selects a row where the change of the events was written.
 */
export function verdictByEvents(
  company: number,
  stored: StoredNote,
  judged: Judgement | null,
  settings: Settings,
  guard: Guard,
  at: number,
): Statement[] {
  const waits = stored.status === "PENDENTE" || stored.status === "DESCARTADA";
  if (waits && judged !== null)
    return [
      appendEvents(
        company,
        at,
        [judgedEvent(stored.accessKey, judged)],
        verdictChanges(company, stored, judged, settings.version),
      ),
      newVerdict(company, stored, judged, settings.version, at),
      effectsOf(company, stored, judged),
    ];
  const { holds, findings } = judged === null ? stored : posted(stored, judged);
  const n = guard.args.length;
  return [
    {
      // A note that cannot be judged now is judged when it is next read for approval: no settings have version 0.
      sql: `update notes set holds = ?${n + 3}, findings = ?${n + 4}, verdict_version = verdict_version + 1, updated_at = ?${n + 5}
          ${waits ? ", settings_version = 0" : ""}
        where company = ?${n + 1} and access_key = ?${n + 2} and exists (${guard.sql})`,
      args: [
        ...guard.args,
        company,
        stored.accessKey,
        JSON.stringify(holds),
        JSON.stringify(findings),
        at,
      ],
    },
  ];
}

/** A posted note keeps its verdict, except for the holds and findings of its events. */
function posted(
  stored: StoredNote,
  { verdict, standing }: Judgement,
): Pick<StoredNote, "holds" | "findings"> {
  const cancelled = verdict.holds.filter(({ code }) => code === "cancelled");
  const others = stored.holds.filter(({ code }) => code !== "cancelled");
  const late = verdict.holds
    .filter(({ code }) => OF_EVENTS.includes(code) && (code !== "cancelled" || standing.cancelled))
    .map(
      ({ code, message }): Finding => ({
        code: code + LATE,
        severity: "warning",
        path: null,
        message: NOTE_SENTENCES.eventAfterProcessing(message),
      }),
    );
  const immobilised = verdict.findings.filter(({ code }) => code === "immobilised");
  return {
    holds: [...others, ...cancelled],
    findings: [
      ...stored.findings.filter(({ code }) => !LATE_CODES.includes(code)),
      ...late,
      ...immobilised,
    ],
  };
}
