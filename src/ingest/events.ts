import type { Cause } from "../accounts/actor.ts";
import { audit, happened, touched } from "../journal/record.ts";
import { trusted } from "../lib/cast.ts";
import { newId } from "../lib/id.ts";
import type { NfeEvent } from "../nfe/note.ts";
import type { Guard, Ports, Statement } from "../ports.ts";
import { CANCELLATIONS } from "./register.ts";

/**
 * `cancelled`: the note, not in stock, is held for good. `held`: the note is in stock already; a person must see to it.
 * `waiting`: the note is not here yet. `attached`: kept beside the note. `none`: not a registered event, nothing kept.
 */
export type EventEffect = "cancelled" | "attached" | "held" | "waiting" | "none";

export interface EventReceipt {
  readonly type: string;
  readonly accessKey: string;
  readonly effect: EventEffect;
}

/** retEvento cStat of a registered event: 135 linked, 136 not linked, 155 late cancellation. */
const REGISTERED = new Set(["135", "136", "155"]);

/** Whether the tax office has registered the event: only then it counts. */
export const isRegistered = (event: NfeEvent): boolean =>
  event.cStat !== null && REGISTERED.has(event.cStat);

/** Whether the event takes its note back. */
export const cancels = (event: Pick<NfeEvent, "type">): boolean =>
  CANCELLATIONS.some((type) => type === event.type);

/** The effect of an event whose note is here: it waits no longer, though that is how it was kept. */
export const effectNow = (type: string, kept: EventEffect): EventEffect =>
  kept !== "waiting" ? kept : cancels({ type }) ? "cancelled" : "attached";

export interface EventOptions {
  readonly sha256: string;
  readonly cause: Cause;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps a registered event under (key, type, sequence); the same one again changes nothing and answers the same.
 * A cancellation puts the hold `cancelled` on its note, in one batch with the event, also when it comes before the note.
 */
export async function keepEvent(
  ports: Ports,
  event: NfeEvent,
  bytes: Uint8Array<ArrayBuffer>,
  options: EventOptions,
): Promise<EventReceipt> {
  const effect = await commitEvent(ports, event, bytes, options);
  return { type: event.type, accessKey: event.accessKey, effect };
}

async function commitEvent(
  ports: Ports,
  event: NfeEvent,
  bytes: Uint8Array<ArrayBuffer>,
  options: EventOptions,
): Promise<EventEffect> {
  const { actor, requestId, peer } = options.cause;
  const at = ports.clock.now();
  const line = {
    company: actor.company,
    at,
    by: actor,
    action: "nfe.event",
    entity: "nfe",
    entityId: event.accessKey,
    detail: { type: event.type, sequence: event.sequence, c_stat: event.cStat ?? "" },
    requestId,
    peer,
  };
  if (!isRegistered(event)) {
    await ports.writer.commit({ statements: [audit(line)], mine: () => undefined }, options.signal);
    return "none";
  }
  const cancelling = cancels(event);
  const id = newId();
  const guard: Guard = {
    sql: "select 1 from nfe_events where company = ?1 and access_key = ?2 and type = ?3 and sequence = ?4 and registration = ?5",
    args: [actor.company, event.accessKey, event.type, event.sequence, id],
  };
  const statements: Statement[] = [
    insertEvent(event, options, id, at),
    ...(await ports.originals.keep(actor.company, options.sha256, bytes, guard)),
    ...(cancelling ? holdNote(guard, at) : []),
    happened(
      actor.company,
      at,
      [
        {
          type: cancelling ? "nfe.cancelled" : "nfe.event",
          payload: { access_key: event.accessKey, event: event.type },
        },
      ],
      guard,
    ),
    // Nothing shows an event whose note is not here.
    touched(actor.company, ["nfes"], {
      sql: `${guard.sql} and exists (select 1 from notes where company = ?1 and access_key = ?2)`,
      args: guard.args,
    }),
    audit(line, guard),
    {
      sql: `select effect, exists (select 1 from notes where company = ?1 and access_key = ?2) as note_is_here
        from nfe_events where company = ?1 and access_key = ?2 and type = ?3 and sequence = ?4`,
      args: [actor.company, event.accessKey, event.type, event.sequence],
    },
  ];
  return ports.writer.commit(
    {
      statements,
      mine(rows) {
        const kept = rows.at(-1)?.[0];
        const effect = trusted<EventEffect>(kept?.effect);
        return kept?.note_is_here === 1 ? effectNow(event.type, effect) : effect;
      },
    },
    options.signal,
  );
}

function insertEvent(event: NfeEvent, options: EventOptions, id: string, at: number): Statement {
  const { actor } = options.cause;
  return {
    sql: `insert into nfe_events (company, access_key, type, sequence, sha256, registration, effect, c_stat, event_at, text,
        received_at, received_by)
      select ?1, ?2, ?3, ?4, ?5, ?6,
        case (select status from notes where company = ?1 and access_key = ?2)
          when 'PROCESSADA' then case when ?7 then 'held' else 'attached' end
          when 'PENDENTE' then case when ?7 then 'cancelled' else 'attached' end
          when 'DESCARTADA' then case when ?7 then 'cancelled' else 'attached' end
          when 'ESTORNADA' then case when ?7 then 'cancelled' else 'attached' end
          when 'CANCELADA' then 'attached'
          else 'waiting'
        end,
        ?8, ?9, ?10, ?11, ?12
      where true
      on conflict do nothing`,
    args: [
      actor.company,
      event.accessKey,
      event.type,
      event.sequence,
      options.sha256,
      id,
      cancels(event) ? 1 : 0,
      event.cStat,
      event.at,
      event.text,
      at,
      actor.userId,
    ],
  };
}

const CANCELLED_HOLD = JSON.stringify({
  code: "cancelled",
  message: "A nota foi cancelada pelo emitente; não deve entrar no estoque",
});

const CANCELLED_LATE = JSON.stringify({
  code: "cancelled_after_processing",
  severity: "warning",
  path: null,
  message: "A nota foi cancelada depois de entrar no estoque; confira e estorne",
});

/** The hold on the note, once; and on a note that is in stock a finding. */
function holdNote(guard: Guard, at: number): Statement[] {
  const mine = guard.sql;
  return [
    {
      sql: `update notes set findings = json_insert(findings, '$[#]', json(?6)), updated_at = ?7
        where company = ?1 and access_key = ?2 and status = 'PROCESSADA' and exists (${mine})`,
      args: [...guard.args, CANCELLED_LATE, at],
    },
    {
      sql: `update notes set holds = json_insert(holds, '$[#]', json(?6)), verdict_version = verdict_version + 1, updated_at = ?7
        where company = ?1 and access_key = ?2 and exists (${mine})
          and not exists (select 1 from json_each(holds) where value ->> 'code' = 'cancelled')`,
      args: [...guard.args, CANCELLED_HOLD, at],
    },
  ];
}
