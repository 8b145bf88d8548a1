import { danfeOf } from "../../danfe/danfe.ts";
import type { Danfe, PrintedEvent, Standing } from "../../danfe/model.ts";
import { Failed } from "../../lib/result.ts";
import { eventName } from "../../messages/pt-BR/documents/event-names.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import type { IngestFailure } from "../verdict/failures.ts";
import { findNote, isCancelled, originalOf, type StoredNote } from "./stored-note.ts";
import { nfeEvents } from "./tables.ts";

/** Events that are printed; more are counted. */
const MAX_EVENTS = 20;

const EVENT = columnsOf(nfeEvents, "e", ["type", "sequence", "eventAt", "protocol", "text"]);

/** What a note's paper is made of; two that are equal give the same paper. */
export interface PaperSource {
  readonly note: Pick<StoredNote, "accessKey" | "sha256">;
  readonly standing: Standing;
}

/**
 * What the paper of a note is made of, without its document: two small reads. Fails with `nfe.not_found`.
 */
export async function paperSource(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal: AbortSignal,
): Promise<PaperSource> {
  const note = await findNote(ports, company, accessKey, signal);
  if (note === null)
    throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  const rows = await ports.reader.rows(
    {
      sql: `select ${EVENT.sql} from nfe_events e
        where e.company = ?1 and e.access_key = ?2 and e.withdrawn_at is null order by e.registration`,
      args: [company, accessKey],
    },
    signal,
  );
  const events = rows.map(eventOf);
  return {
    note: { accessKey, sha256: note.sha256 },
    standing: {
      cancelled: note.status === "CANCELADA" || isCancelled(note.holds),
      events: events.slice(0, MAX_EVENTS),
      moreEvents: Math.max(0, events.length - MAX_EVENTS),
    },
  };
}

function eventOf(row: Row): PrintedEvent {
  const { type, sequence, eventAt, protocol, text } = EVENT.read(row);
  return { name: eventName(type), type, sequence, at: eventAt, protocol, text };
}

/**
 * A registered note as a paper, read from its original. Fails with `original.missing`, `nfe.not_printable`, and with
 * PlatformFailure `original.damaged`.
 */
export async function paperOf(
  ports: Pick<Ports, "originals">,
  company: number,
  { note, standing }: PaperSource,
): Promise<Danfe> {
  const bytes = await originalOf(ports, company, note);
  const danfe = danfeOf(bytes, note.accessKey, standing);
  if (danfe.ok) return danfe.value;
  throw new Failed<IngestFailure>({
    code: "nfe.not_printable",
    access_key: note.accessKey,
    why: danfe.error,
  });
}
