import { trusted } from "../../lib/cast.ts";
import { parameters } from "../../lib/parameters.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { Row, Value } from "../../ports/sql.ts";
import type { StatementType } from "./evento.ts";

/** `asked`: it waits to be sent; `sending`: it was sent, and what the service says is not known yet. */
export type StatementState = "asked" | "sending" | "done" | "refused";
export const STATEMENT_STATES = ["asked", "sending", "done", "refused"] as const;

/** A statement of the company. Instants are ms UTC. */
export interface StoredStatement {
  readonly id: string;
  readonly accessKey: string;
  readonly author: string;
  readonly environment: SefazEnvironment;
  readonly type: StatementType;
  readonly sequence: number;
  readonly reason: string | null;
  readonly state: StatementState;
  /** When it is sent, or asked for, next; null: there is nothing to do. */
  readonly nextAt: number | null;
  /** The last answer: its cStat, or the code of a fault. */
  readonly code: string | null;
  readonly text: string | null;
  /** nProt and dhRegEvento. */
  readonly protocol: string | null;
  readonly registeredAt: string | null;
  /** SHA-256 of the original that proves it. */
  readonly proof: string | null;
  readonly byRule: boolean;
  readonly askedBy: number;
  readonly askedAt: number;
  readonly endedAt: number | null;
}

const COLUMNS = `id, access_key, author, environment, type, sequence, reason, state, next_at, code, text, protocol, registered_at,
  proof, by_rule, asked_by, asked_at, ended_at`;

/** Which statements a list shows: newest first, after the id `after`. */
export interface StatementPage {
  readonly limit: number;
  readonly after: string | null;
  readonly state: StatementState | null;
  /** Those about one note; null: about all. */
  readonly accessKey: string | null;
}

/** Greater than every id. */
const LAST = "~";

/** The statements of a company, newest first. */
export async function listStatements(
  ports: Pick<Ports, "reader">,
  company: number,
  { limit, after, state, accessKey }: StatementPage,
  signal?: AbortSignal,
): Promise<StoredStatement[]> {
  const { args, add } = parameters<Value>([company, after ?? LAST, limit]);
  const ofState = state === null ? "" : `and state = ${add(state)}`;
  const ofNote = accessKey === null ? "" : `and access_key = ${add(accessKey)}`;
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from sefaz_statements where company = ?1 and id < ?2 ${ofState} ${ofNote} order by id desc limit ?3`,
      args,
    },
    signal,
  );
  return rows.map(statementFrom);
}

/** The statements about one note, the last hundred, in the order in which they were asked for. */
export async function statementsOf(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<StoredStatement[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from sefaz_statements indexed by sefaz_statements_of_note
        where company = ?1 and access_key = ?2 order by id desc limit 100`,
      args: [company, accessKey],
    },
    signal,
  );
  return rows.map(statementFrom).toReversed();
}

/** The last statement about each of some notes, at most a page of them, by access key; a note without one is not among them. */
export async function lastStatements(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKeys: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredStatement>> {
  if (accessKeys.length === 0) return new Map();
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from sefaz_statements where company = ?1 and id in (
          select (select s.id from sefaz_statements s indexed by sefaz_statements_of_note
            where s.company = ?1 and s.access_key = k.value order by s.id desc limit 1) from json_each(?2) k)`,
      args: [company, JSON.stringify(accessKeys)],
    },
    signal,
  );
  return new Map(rows.map(statementFrom).map((one) => [one.accessKey, one]));
}

/** The columns come from a STRICT table with CHECKs. */
function statementFrom(row: Row): StoredStatement {
  const text = (name: string) => (row[name] === null ? null : String(row[name]));
  const whole = (name: string) => (row[name] === null ? null : Number(row[name]));
  return {
    id: String(row.id),
    accessKey: String(row.access_key),
    author: String(row.author),
    environment: trusted<SefazEnvironment>(row.environment),
    type: trusted<StatementType>(row.type),
    sequence: Number(row.sequence),
    reason: text("reason"),
    state: trusted<StatementState>(row.state),
    nextAt: whole("next_at"),
    code: text("code"),
    text: text("text"),
    protocol: text("protocol"),
    registeredAt: text("registered_at"),
    proof: text("proof"),
    byRule: Number(row.by_rule) === 1,
    askedBy: Number(row.asked_by),
    askedAt: Number(row.asked_at),
    endedAt: whole("ended_at"),
  };
}
