import { CANCELLATIONS } from "../../nfe/read/read-event.ts";

/** cSitNFe of a note that may be used, and of a cancelled one; 2 is a denied one. */
export const SITUATION_AUTHORISED = "1";
export const SITUATION_CANCELLED = "3";

const TYPES = CANCELLATIONS.map((type) => `'${type}'`).join(", ");

/**
 * SQL: what is known of the situation of an announced note `of` (an alias of announced_notes), as a cSitNFe: that of its summary, or
 * cancelled by an event that has come whole or as its summary. A summary is not written again when an event follows it.
 */
export const situationSql = (of: string): string =>
  `iif(exists (select 1 from nfe_events c where c.company = ${of}.company and c.access_key = ${of}.access_key
      and c.type in (${TYPES}) and c.withdrawn_at is null)
    or exists (select 1 from announced_events c where c.company = ${of}.company and c.access_key = ${of}.access_key
      and c.tp_evento in (${TYPES})), '${SITUATION_CANCELLED}', ${of}.c_sit)`;
