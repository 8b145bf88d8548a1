import type { IngestFailure } from "../../ingest/verdict/failures.ts";
import { trusted } from "../../lib/cast.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { SefazEnvironment } from "../../ports/sefaz.ts";
import type { Row } from "../../ports/sql.ts";
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
}

/** Greater than every id. */
const LAST = "~";

/** The statements of a company, newest first. */
export async function listStatements(
  ports: Pick<Ports, "reader">,
  company: number,
  { limit, after, state }: StatementPage,
  signal?: AbortSignal,
): Promise<StoredStatement[]> {
  const ofState = state === null ? "" : "and state = ?4";
  const args = [company, after ?? LAST, limit];
  const rows = await ports.reader.rows(
    {
      sql: `select ${COLUMNS} from sefaz_statements where company = ?1 and id < ?2 ${ofState} order by id desc limit ?3`,
      args: state === null ? args : [...args, state],
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

/**
 * As `statementsOf`, of a note that is here, announced, or was stated about. Fails with `nfe.not_found`.
 */
export async function statementsOfKnown(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<StoredStatement[]> {
  const statements = await statementsOf(ports, company, accessKey, signal);
  if (statements.length > 0) return statements;
  const rows = await ports.reader.rows(
    {
      sql: `select 1 from notes where company = ?1 and access_key = ?2
        union all select 1 from announced_notes where company = ?1 and access_key = ?2 limit 1`,
      args: [company, accessKey],
    },
    signal,
  );
  if (rows.length === 0)
    throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  return statements;
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
