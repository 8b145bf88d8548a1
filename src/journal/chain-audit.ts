import { trusted } from "../lib/cast.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, WriteJob } from "../ports/sql.ts";
import { CHAINED, canonicalLine, chainHash, NO_HASH } from "./audit-chain.ts";

/** How often a server chains new lines; at the edge a cron does it each minute. */
export const CHAIN_EVERY_MS = 5_000;

/** Lines that one commit chains. */
const SLICE = 500;
/** Most slices of a company in one run, so that a long log delays no other company. */
const MOST_SLICES = 40;

type ChainPorts = Pick<Ports, "reader" | "writer" | "clock" | "yieldToEventLoop">;

/** The end of a company's chain; seq 0 and NO_HASH before the first chained line. */
export interface AuditHead {
  readonly seq: number;
  /** The id of the last chained line. */
  readonly line: number;
  readonly hash: string;
  /** Milliseconds UTC; null before the first chained line. */
  readonly chainedAt: number | null;
}

/** The end of the chain of a company. */
export async function auditHead(
  { reader }: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<AuditHead> {
  const [row] = await reader.rows(
    {
      sql: "select seq, line, hash, chained_at from audit_heads where company = ?1",
      args: [company],
    },
    signal,
  );
  return row === undefined
    ? { seq: 0, line: 0, hash: NO_HASH, chainedAt: null }
    : {
        seq: Number(row.seq),
        line: Number(row.line),
        hash: String(row.hash),
        chainedAt: Number(row.chained_at),
      };
}

/**
 * Gives the audit lines of a company that have none their place and hash, in the order of their ids, which is that of the commits
 * (feed.ts). Returns how many it chained. Several processes may do this at the same time: of two that go on from one head only one
 * moves it. It may be stopped at any await. Fails as `Writer.commit` does.
 */
export async function chainAudit(
  ports: ChainPorts,
  company: number,
  signal?: AbortSignal,
): Promise<number> {
  let chained = 0;
  for (let slice = 0; slice < MOST_SLICES && signal?.aborted !== true; slice += 1) {
    const head = await auditHead(ports, company, signal);
    const lines = await ports.reader.rows(
      {
        sql: `select id, ${CHAINED} from audit where company = ?1 and id > ?2 order by id limit ${SLICE}`,
        args: [company, head.line],
      },
      signal,
    );
    if (lines.length === 0) break;
    if (!(await ports.writer.commit(await linkOf(company, head, lines, ports.clock.now()), signal)))
      break;
    chained += lines.length;
    if (lines.length < SLICE) break;
    await ports.yieldToEventLoop();
  }
  return chained;
}

/** Moves the head, where it still stands at `head`, and chains the lines up to it; resolves false where another moved it. */
async function linkOf(
  company: number,
  head: AuditHead,
  lines: readonly Row[],
  at: number,
): Promise<WriteJob<boolean>> {
  const links: [id: number, seq: number, hash: string][] = [];
  let { seq, hash, line } = head;
  for (const one of lines) {
    seq += 1;
    hash = await chainHash(hash, canonicalLine(company, seq, one));
    line = Number(one.id);
    links.push([line, seq, hash]);
  }
  return {
    statements: [
      {
        sql: `insert into audit_heads (company, seq, line, hash, chained_at) values (?1, ?2, ?3, ?4, ?5)
          on conflict (company) do update set seq = excluded.seq, line = excluded.line, hash = excluded.hash,
            chained_at = excluded.chained_at where audit_heads.seq = ?6 and audit_heads.hash = ?7 returning seq`,
        args: [company, seq, line, hash, at, head.seq, head.hash],
      },
      // The plus keeps SQLite from the index by company: with it each line of the company would be compared with each of the links.
      {
        sql: `update audit set seq = chained.seq, hash = chained.hash
          from (select value ->> 0 as id, value ->> 1 as seq, value ->> 2 as hash from json_each(?2)) as chained
          where audit.id = chained.id and +audit.company = ?1 and audit.hash is null
            and exists (select 1 from audit_heads where company = ?1 and seq = ?3 and hash = ?4)`,
        args: [company, JSON.stringify(links), seq, hash],
      },
    ],
    read: ([moved]) => (moved?.length ?? 0) > 0,
  };
}

/** Chains the lines of every company that has new ones; returns how many. Fails as `Writer.commit` does. */
export async function chainAllAudits(ports: ChainPorts, signal?: AbortSignal): Promise<number> {
  const waiting = await ports.reader.rows(
    {
      sql: `select c.id from companies c where c.home is null and exists (select 1 from audit a where a.company = c.id
        and a.id > coalesce((select h.line from audit_heads h where h.company = c.id), 0))`,
      args: [],
    },
    signal,
  );
  let chained = 0;
  for (const { id } of waiting) chained += await chainAudit(ports, trusted<number>(id), signal);
  return chained;
}
