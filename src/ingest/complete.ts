import { settingsOf } from "../accounts/settings.ts";
import { audit, happened, touched } from "../journal/record.ts";
import { newId } from "../lib/id.ts";
import { Failed } from "../lib/result.ts";
import type { Reading } from "../nfe/document.ts";
import type { Ports } from "../ports.ts";
import { judge } from "./judge.ts";
import type { KeepOptions, NoteReceipt } from "./receipt.ts";
import { registered } from "./register.ts";
import { effectsOf, newVerdict } from "./rejudge.ts";
import type { StoredNote } from "./stored-note.ts";

/**
 * A document under a key that is known. The same content is a duplicate; the same note with the protocol that the stored one
 * lacks completes it (both originals kept, `/xml` gives the complete one, verdict made anew); anything else differs.
 * Fails with `nfe.duplicate`.
 */
export async function completeNote(
  ports: Ports,
  reading: Reading,
  bytes: Uint8Array<ArrayBuffer>,
  stored: StoredNote,
  options: KeepOptions,
): Promise<NoteReceipt> {
  const { company } = options.cause.actor;
  const relation = await relationOf(ports, bytes, stored, options);
  if (relation !== "completes" || stored.hasProtocol)
    throw duplicate(stored, relation === "differs");
  const settings = await settingsOf(ports, company);
  const judged = await judge(ports, reading, bytes, settings, true, options.signal);
  const id = newId();
  const at = ports.clock.now();
  const guard = registered(company, stored.accessKey, id);
  const { actor, requestId, peer } = options.cause;
  const statements = [
    {
      sql: `update notes set sha256 = ?3, registration = ?4, has_protocol = 1, updated_at = ?5
        where company = ?1 and access_key = ?2 and has_protocol = 0 and sha256 = ?6 and verdict_version = ?7
          and exists (select 1 from companies where id = ?1 and settings_version = ?8)
        returning status`,
      args: [
        company,
        stored.accessKey,
        options.sha256,
        id,
        at,
        stored.sha256,
        stored.verdictVersion,
        settings.version,
      ],
    },
    ...(await ports.originals.keep(company, options.sha256, bytes, guard)),
    {
      sql: `insert into note_originals (company, access_key, sha256, received_at)
        select ?1, ?2, ?4, ?5 where exists (${guard.sql}) on conflict do nothing`,
      args: [...guard.args, stored.sha256, at],
    },
    newVerdict(company, stored, judged, settings.version, at),
    effectsOf(company, stored, judged, settings.version),
    happened(
      company,
      at,
      [{ type: "nfe.completed", payload: { access_key: stored.accessKey } }],
      guard,
    ),
    touched(company, ["nfes", "dashboard"], guard),
    audit(
      {
        company,
        at,
        by: actor,
        action: "nfe.complete",
        entity: "nfe",
        entityId: stored.accessKey,
        detail: { sha256: options.sha256, replaces: stored.sha256 },
        requestId,
        peer,
      },
      guard,
    ),
  ];
  const won = await ports.writer.commit(
    { statements, mine: ([note]) => note !== undefined && note.length > 0 },
    options.signal,
  );
  // Whoever came first has completed it, so this document is the second of its kind.
  if (!won) throw duplicate(stored, false);
  return {
    accessKey: stored.accessKey,
    totalItems: judged.items.length,
    status: stored.status,
    direction: judged.verdict.direction,
    holds: stored.status === "PENDENTE" ? judged.verdict.holds : stored.holds,
    findings: judged.findings,
    completed: true,
  };
}

/** How a document compares with the one that is kept under its key. */
export async function relationOf(
  ports: Ports,
  bytes: Uint8Array<ArrayBuffer>,
  stored: StoredNote,
  options: KeepOptions,
): Promise<"same" | "completes" | "differs"> {
  if (stored.sha256 === options.sha256) return "same";
  const kept = await ports.originals.get(options.cause.actor.company, stored.sha256);
  if (kept === null) return "differs";
  return ports.documents.compare(kept, bytes, stored.accessKey, options.signal);
}

const duplicate = (stored: StoredNote, differs: boolean) =>
  new Failed({
    code: "nfe.duplicate" as const,
    access_key: stored.accessKey,
    status: stored.status,
    differs,
  });
