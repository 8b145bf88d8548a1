import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { settingsOf } from "../../accounts/settings/settings.ts";
import { EVENTS_VERSION, knownEvents } from "../../ingest/note/known-events.ts";
import { appendEvents, audit, bumpTags } from "../../journal/record.ts";
import { newId } from "../../lib/id.ts";
import { Failed } from "../../lib/result.ts";
import { instantOf } from "../../nfe/dates.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";
import { CHANGED, optimistic } from "../../resilience/optimistic.ts";
import { isStatementType, reasonFlaw, reasonText, type StatementType } from "./evento.ts";
import type { StatementFailure } from "./failures.ts";
import { placeOf, type Stated } from "./history.ts";
import { recipientOf } from "./recipient.ts";
import { type StoredStatement, statementsOf } from "./statements.ts";

/** A statement that a person wants made. */
export interface WantedStatement {
  readonly accessKey: string;
  readonly type: StatementType;
  /** As it was typed; null or blank: none. */
  readonly reason: string | null;
}

/** SQL of a version that rises with every statement of a note, and with every one that is refused. ?1 company, ?2 access key. */
const STATEMENTS_VERSION =
  "(select count(*) + count(*) filter (where state = 'refused') from sefaz_statements where company = ?1 and access_key = ?2)";

/**
 * Asks for a statement about a note that is here or announced: it is sent by the process that has the certificate. The same as
 * the last one is not made again: then that one is given, and nothing is written. Fails with `sefaz.statement_reason`,
 * `sefaz.after_conclusive`, `sefaz.already_stated`, `sefaz.statements_used_up`, and as `recipientOf`.
 */
export async function askStatement(
  ports: Ports,
  wanted: WantedStatement,
  cause: UserCause,
  signal?: AbortSignal,
): Promise<StoredStatement> {
  const { accessKey, type } = wanted;
  const { company } = cause.actor;
  const reason = reasonText(wanted.reason ?? "") || null;
  const flaw = reasonFlaw(type, reason);
  if (flaw !== null)
    throw new Failed<StatementFailure>({ code: "sefaz.statement_reason", type, flaw });
  const settings = await settingsOf(ports, company);
  const author = await recipientOf(ports, settings, accessKey, signal);
  return optimistic(async () => {
    const seen = await readHistory(ports, settings, accessKey, author, signal);
    const place = placeOf(seen.history, type, reason);
    if (!place.ok) throw new Failed<StatementFailure>(refusal(place.error, accessKey, type));
    if ("id" in place.value) {
      const { id } = place.value;
      return seen.own.find((one) => one.id === id) ?? CHANGED;
    }
    const asked = { author, accessKey, type, reason, sequence: place.value.sequence };
    return (await insert(ports, settings, asked, seen, cause)) ?? CHANGED;
  });
}

const refusal = (
  why: "after_conclusive" | "already_stated" | "used_up",
  accessKey: string,
  type: StatementType,
): StatementFailure => {
  const access_key = accessKey;
  if (why === "after_conclusive") return { code: "sefaz.after_conclusive", access_key };
  return why === "used_up"
    ? { code: "sefaz.statements_used_up", access_key, type }
    : { code: "sefaz.already_stated", access_key, type };
};

interface Seen {
  readonly own: readonly StoredStatement[];
  readonly history: readonly Stated[];
  readonly statementsVersion: number;
  readonly eventsVersion: number;
}

/** The statements about a note that count: ours, and the events of the same company that were made elsewhere. */
async function readHistory(
  ports: Pick<Ports, "reader">,
  { company }: Settings,
  accessKey: string,
  author: string,
  signal?: AbortSignal,
): Promise<Seen> {
  // The version first: what comes between makes the batch refuse.
  const [seen] = await ports.reader.rows(
    { sql: `select ${STATEMENTS_VERSION} as version`, args: [company, accessKey] },
    signal,
  );
  const own = await statementsOf(ports, company, accessKey, signal);
  const known = await knownEvents(ports, company, accessKey, signal);
  const standing = own.filter(({ state }) => state !== "refused");
  const ours = standing.map(
    ({ id, type, sequence, reason, registeredAt, state, endedAt }): Stated => ({
      id,
      type,
      sequence,
      reason,
      registeredMs: state === "done" ? (instantOf(registeredAt ?? "") ?? endedAt) : null,
    }),
  );
  const isOurs = (type: string, sequence: number) =>
    ours.some((one) => one.type === type && one.sequence === sequence);
  const elsewhere = known.events.flatMap(
    ({ type, sequence, registeredAt, at, withdrawn, author: by }): Stated[] =>
      withdrawn || !sameRoot(by, author) || !isStatementType(type) || isOurs(type, sequence)
        ? []
        : [
            {
              id: null,
              type,
              sequence,
              reason: null,
              registeredMs: instantOf(registeredAt ?? at ?? "") ?? 0,
            },
          ],
  );
  return {
    own,
    history: [...ours, ...elsewhere],
    statementsVersion: Number(seen?.version),
    eventsVersion: known.version,
  };
}

interface Asked {
  readonly author: string;
  readonly accessKey: string;
  readonly type: StatementType;
  readonly reason: string | null;
  readonly sequence: number;
}

/** The new statement; null where what it was placed by has changed: then nothing is written. */
async function insert(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  settings: Settings,
  { author, accessKey, type, reason, sequence }: Asked,
  seen: Seen,
  cause: UserCause,
): Promise<StoredStatement | null> {
  const { company, environment } = settings;
  const at = ports.clock.now();
  const id = newId();
  const own: Guard = {
    sql: "select 1 from sefaz_statements where company = ?1 and id = ?2",
    args: [company, id],
  };
  const wasWritten = await ports.writer.commit({
    statements: [
      {
        sql: `insert into sefaz_statements (company, id, access_key, author, environment, type, sequence, reason, state, next_at,
            by_rule, asked_by, asked_at)
          select ?1, ?3, ?2, ?4, ?5, ?6, ?7, ?8, 'asked', ?9, 0, ?10, ?9
          where ${STATEMENTS_VERSION} = ?11 and ${EVENTS_VERSION} = ?12
          on conflict do nothing returning 1`,
        args: [
          company,
          accessKey,
          id,
          author,
          environment === "production" ? "1" : "2",
          type,
          sequence,
          reason,
          at,
          cause.actor.userId,
          seen.statementsVersion,
          seen.eventsVersion,
        ],
      },
      appendEvents(
        company,
        at,
        [
          {
            type: "nfe.statement",
            payload: { access_key: accessKey, event: type, statement_id: id, state: "asked" },
          },
        ],
        own,
      ),
      audit(
        cause,
        at,
        { action: "sefaz.statement", entity: "nfe", id: accessKey, detail: { type, sequence } },
        own,
      ),
      bumpTags(company, ["sefaz"], own),
    ],
    read: ([rows]) => (rows?.length ?? 0) > 0,
  });
  if (!wasWritten) return null;
  const rows = await statementsOf(ports, company, accessKey);
  return rows.find((one) => one.id === id) ?? null;
}
