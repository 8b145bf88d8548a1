import { sha256 } from "../../lib/hash.ts";
import type { NfeEvent } from "../../nfe/note.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { nfeEvents } from "./tables.ts";

const EVENT = columnsOf(nfeEvents, "e", [
  "registration",
  "type",
  "sequence",
  "content",
  "sha256",
  "effect",
  "eventAt",
  "registeredAt",
  "author",
  "protocol",
  "undoes",
  "quantities",
  "withdrawnAt",
]);

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
      sql: `select ${EVENT.sql} from nfe_events e where e.company = ?1 and e.access_key = ?2`,
      args: [company, accessKey],
    },
    signal,
  );
  const events = rows.map(eventOf);
  const version = events.length + events.filter(({ withdrawn }) => withdrawn).length;
  return { events, version };
}

function eventOf(row: Row): KnownEvent {
  const { registration, eventAt, withdrawnAt, ...event } = EVENT.read(row);
  return { ...event, id: registration, at: eventAt, withdrawn: withdrawnAt !== null };
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
