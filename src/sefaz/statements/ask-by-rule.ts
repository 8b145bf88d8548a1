import { appendSelectedEvents } from "../../journal/append-selected-events.ts";
import { systemCause } from "../../journal/cause.ts";
import { audit, bumpTags } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import type { Ports } from "../../ports/ports.ts";
import { SITUATION_AUTHORISED, situationSql } from "../fetch/announced-situation.ts";
import { OWN_ENVIRONMENT } from "../fetch/asks.ts";
import { AWARE } from "./evento.ts";
import { AWARENESS_MS, MOST_BY_RULE } from "./limits.ts";
import { ANY_TYPE, EVER_ASKED_STATES, statementKnown } from "./statement-known.ts";

/**
 * Selects, of announced notes `a`, those for which the rule `r` asks: authorised, of the last days, not here, and nothing was stated
 * about them here or elsewhere. ?1 company, ?2 since.
 */
const IS_OPEN = `a.company = ?1 and a.completed_at is null and a.issued_ms > ?2 and ${situationSql("a")} = '${SITUATION_AUTHORISED}' and r.awareness <> 'never'
  and (r.awareness = 'always' or exists (select 1 from supplier_items i where i.company = a.company and i.supplier = a.issuer))
  and not exists (select 1 from notes n where n.company = a.company and n.access_key = a.access_key)
  and not ${statementKnown("a", ANY_TYPE, EVER_ASKED_STATES)}`;

const IDS = "select value from json_each(?2)";

/**
 * Asks for ciência by the company's rule, for the oldest notes first; returns for how many. The batch that asks looks again, so
 * that a person's statement that came meanwhile, and another process, leave each note with one.
 */
export async function askByRule(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
): Promise<number> {
  const at = ports.clock.now();
  const since = at - AWARENESS_MS;
  const due = await ports.reader.rows({
    sql: `select a.access_key from announced_notes a indexed by announced_notes_open
      join sefaz_statement_rules r on r.company = a.company
      where ${IS_OPEN} order by a.issued_ms limit ${MOST_BY_RULE}`,
    args: [company, since],
  });
  if (due.length === 0) return 0;
  const asked = due.map(({ access_key }) => ({ key: access_key, id: newId() }));
  const ids = JSON.stringify(asked.map(({ id }) => id));
  const written = {
    sql: `select 1 from sefaz_statements where company = ?1 and id in (${IDS})`,
    args: [company, ids],
  };
  return ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_statements (company, id, access_key, author, environment, type, sequence, state, next_at, by_rule,
            asked_by, asked_at)
          select ?1, k.value ->> 'id', a.access_key, a.cnpj, ${OWN_ENVIRONMENT}, '${AWARE}', 1, 'asked',
            ?3, 1, r.saved_by, ?3
          from json_each(?4) k
          cross join announced_notes a on a.company = ?1 and a.access_key = k.value ->> 'key'
          join companies c on c.id = ?1
          join sefaz_statement_rules r on r.company = ?1
          where ${IS_OPEN}
          on conflict do nothing returning 1`,
        args: [company, since, at, JSON.stringify(asked)],
      },
      appendSelectedEvents(company, at, {
        sql: `select 'nfe.statement' as type, json_object('access_key', access_key, 'event', type, 'statement_id', id, 'state', state)
            as payload
          from sefaz_statements where company = ?1 and id in (${IDS})`,
        args: [company, ids],
      }),
      audit(
        systemCause(company, `sefaz-${asked[0]?.id}`),
        at,
        {
          action: "sefaz.statement",
          entity: "sefaz",
          id: null,
          detail: { type: AWARE, by_rule: true },
          // The batch may ask for fewer than the read before it has found.
          countedAs: "notes",
        },
        written,
      ),
      bumpTags(company, ["sefaz"], written),
    ],
    read: ([rows]) => rows?.length ?? 0,
  });
}

/** The companies of this database whose rule may ask for something. */
export async function companiesWithRule(ports: Pick<Ports, "reader">): Promise<number[]> {
  const rows = await ports.reader.rows({
    sql: `select r.company from sefaz_statement_rules r join companies c on c.id = r.company and c.home is null
      where r.awareness <> 'never' order by r.company`,
    args: [],
  });
  return rows.map(({ company }) => Number(company));
}
