import { trusted } from "../../lib/cast.ts";
import { sha256 } from "../../lib/hash.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import type { KnownEvent, StoredEventEffect } from "../verdict/known-event.ts";

/** The events of a key, and a version that rises with every event that is registered or withdrawn. */
export interface KnownEvents {
  readonly events: readonly KnownEvent[];
  readonly version: number;
}

/** SQL of that version. Parameters: ?1 company, ?2 access key. */
export const EVENTS_VERSION =
  "(select count(*) + count(withdrawn_at) from nfe_events where company = ?1 and access_key = ?2)";

/** The events stored under a key, with the withdrawn ones. */
export async function knownEvents(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<KnownEvents> {
  const rows = await ports.reader.rows(
    {
      sql: `select registration, type, sequence, content, sha256, effect, event_at, registered_at, author, protocol, undoes,
          quantities, withdrawn_at
        from nfe_events where company = ?1 and access_key = ?2`,
      args: [company, accessKey],
    },
    signal,
  );
  const events = rows.map(eventOf);
  const version = events.length + events.filter(({ withdrawn }) => withdrawn).length;
  return { events, version };
}

/** The columns come from a STRICT table with NOT NULL and CHECK, their JSON from `registerEvent`. */
function eventOf(row: Row): KnownEvent {
  const text = (name: string) => (row[name] === null ? null : String(row[name]));
  return {
    id: String(row.registration),
    type: String(row.type),
    sequence: Number(row.sequence),
    content: String(row.content),
    sha256: String(row.sha256),
    effect: trusted<StoredEventEffect>(row.effect),
    at: text("event_at"),
    registeredAt: text("registered_at"),
    author: text("author"),
    protocol: text("protocol"),
    undoes: row.undoes === null ? null : trusted(JSON.parse(String(row.undoes))),
    quantities: trusted(JSON.parse(String(row.quantities))),
    withdrawn: row.withdrawn_at !== null,
  };
}

/** An event of a document as it will be stored under `id`. */
export async function toKnownEvent(event: NfeEvent, id: string, sha: string): Promise<KnownEvent> {
  return {
    id,
    type: event.type,
    sequence: event.sequence,
    content: await sha256(event.content),
    sha256: sha,
    effect: "waiting",
    at: event.at,
    registeredAt: event.registeredAt,
    author: event.author.cnpj ?? event.author.cpf,
    protocol: event.nProt,
    undoes: event.undoes,
    quantities: event.quantities,
    withdrawn: false,
  };
}
