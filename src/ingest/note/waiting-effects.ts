import type { Guard, Statement } from "../../ports/sql.ts";
import { effectOf, type Parties } from "../verdict/event-standing.ts";
import type { KnownEvent } from "../verdict/known-event.ts";

/** Sets the effect of events that were registered before their note. No events: no statements. */
export function setWaitingEffects(
  company: number,
  events: readonly KnownEvent[],
  parties: Parties,
  guard: Guard,
): Statement[] {
  if (events.length === 0) return [];
  const n = guard.args.length;
  const effects = events.map((event) => ({
    id: event.id,
    effect: effectOf(event, true, parties),
  }));
  return [
    {
      sql: `update nfe_events set effect = e.value ->> 'effect' from json_each(?${n + 3}) e
        where company = ?${n + 1} and access_key = ?${n + 2} and registration = e.value ->> 'id' and nfe_events.effect = 'waiting'
          and exists (${guard.sql})`,
      args: [...guard.args, company, parties.accessKey, JSON.stringify(effects)],
    },
  ];
}
