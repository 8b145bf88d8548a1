import { Failed } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { Statement } from "../ports/sql.ts";
import type { CopyPlace } from "./copy.ts";
import type { MoveFailure } from "./failures.ts";

/** What a move needs: all databases, with writers that write whatever the state of a company. */
export interface MovePorts extends Pick<Ports, "clock" | "yieldToEventLoop"> {
  readonly homes: {
    readonly first: Pick<Ports, "reader" | "writer">;
    readonly names: readonly string[];
    named(name: string): Pick<Ports, "reader" | "writer"> | undefined;
  };
}

/** A run without a sign of life for so long may be followed by another one, ms. */
export const RUNNER_MS = 60_000;
/** A move that this run carries out; `from` and `to` are names of databases. */
export interface Move {
  readonly company: number;
  /** Both writers write whatever the state of the company. */
  readonly source: Pick<Ports, "reader" | "writer">;
  readonly target: Pick<Ports, "reader" | "writer">;
  /** The run that moves: where another one has taken over, source and target refuse. */
  readonly runner: string;
  readonly from: string;
  readonly to: string;
}

/** Fails a batch in the source or the target where another run has claimed the company since. */
export const stillOurs = ({ company, runner }: Pick<Move, "company" | "runner">): Statement => ({
  sql: `insert into refused_writes (company) select ?1
    where not exists (select 1 from companies where id = ?1 and copier = ?2)`,
  args: [company, runner],
});

/** Says that this run goes on, and where it has come to. Fails with MoveFailure `move.taken_over` where another one has. */
export async function keepRunning(ports: MovePorts, move: Move, place?: CopyPlace): Promise<void> {
  const now = ports.clock.now();
  const kept = await ports.homes.first.writer.commit({
    statements: [
      {
        sql: `update moves set runner_until = ?3, updated_at = ?4, place = coalesce(?5, place)
          where company = ?1 and runner = ?2 returning company`,
        args: [
          move.company,
          move.runner,
          now + RUNNER_MS,
          now,
          place === undefined ? null : JSON.stringify(place),
        ],
      },
    ],
    read: ([rows]) => rows?.length === 1,
  });
  if (!kept) throw new Failed<MoveFailure>({ code: "move.taken_over", company: move.company });
}
