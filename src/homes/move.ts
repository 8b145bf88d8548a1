import { guarded } from "../accounts/home.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import { FIRST_HOME } from "../ports/homes.ts";
import { commitStatements } from "../ports/sql.ts";
import { rowElsewhere } from "./company-row.ts";
import {
  type CopyPlace,
  catchUp,
  copyPage,
  lastLine,
  unwatchStatements,
  watchStatements,
} from "./copy.ts";
import type { MoveFailure } from "./failures.ts";
import { takeRange } from "./id-ranges.ts";
import { bringCompany } from "./people.ts";
import { removePage } from "./remove.ts";
import { keepRunning, type Move, type MovePorts, RUNNER_MS, stillOurs } from "./running-move.ts";
import { finish, freezeAndSwitch } from "./switch.ts";
import { type Shape, shapesOf } from "./tables.ts";

/** Who moves: its name in the directory, and whether a run that has that name is known to have ended. */
export interface Runner {
  readonly name: string;
  hasEnded(other: string): boolean;
}

/** Rounds of catching up while the company still writes. */
const OPEN_ROUNDS = 50;
/**
 * Moves a company to another database while it is in use: copies its rows in pages, catches up with what was written meanwhile,
 * refuses its writes (503) while the rest is copied and compared, and switches the directory in one batch. Killed at any
 * point, the same call goes on. Resolves false where the company lives there already. Fails with MoveFailure and as the databases
 * do; the company is then writable where it was.
 */
export async function moveCompany(
  ports: MovePorts,
  company: number,
  to: string,
  runner: Runner,
  onStep: (step: string) => void = () => undefined,
): Promise<boolean> {
  const begun = await begin(ports, company, to, runner);
  if (begun === null) return false;
  const { move, step } = begun;
  const shapes = await shapesOf(move.source);
  if (step === "clear") {
    onStep("clear");
    await prepare(ports, move, shapes);
  }
  if (step !== "switched") {
    onStep("copy");
    await copyAll(ports, move, shapes, begun.place);
    onStep("freeze");
    await freezeAndSwitch(ports, move, shapes, onStep);
  }
  onStep("finish");
  await finish(ports, move, shapes);
  return true;
}

/** Gives up a move that has not switched yet: the company stays where it is. Fails with MoveFailure where there is none, or it has. */
export async function abortMove(ports: MovePorts, company: number, runner: Runner): Promise<void> {
  const { first } = ports.homes;
  const [row] = await first.reader.rows({
    sql: "select target from moves where company = ?1 and step <> 'switched'",
    args: [company],
  });
  if (row === undefined) throw new Failed<MoveFailure>({ code: "move.nothing_to_undo", company });
  const begun = await begin(ports, company, String(row.target), runner);
  if (begun === null) return;
  const { move, step } = begun;
  const { source, target } = move;
  const shapes = await shapesOf(source);
  await beginAgain(ports, move, step);
  await commitStatements(source.writer, [
    stillOurs(move),
    ...unwatchStatements(company, shapes),
    { sql: "update companies set frozen = 0, copier = null where id = ?1", args: [company] },
  ]);
  await commitStatements(target.writer, [
    {
      sql: `update companies set copier = null, left_at = 0
        where id = ?1 and home is not null and copier = ?2`,
      args: [company, runner.name],
    },
  ]);
  await commitStatements(first.writer, [
    { sql: "delete from moves where company = ?1 and runner = ?2", args: [company, runner.name] },
  ]);
}

/**
 * From here on the same move begins with its first step, which clears what was copied: the source is no longer watched. Lines of the
 * audit that were copied into the first database are none that wait there to be brought.
 */
async function beginAgain(
  { homes, clock }: MovePorts,
  { company, source, to, runner }: Move,
  step: Begun["step"],
): Promise<void> {
  const copied = to === FIRST_HOME && step === "copy" ? await lastLine(source, company) : 0;
  const place = {
    sql: `update companies set audit_from = max(audit_from, ?3)
      where id = ?1 and exists (select 1 from companies where id = ?1 and copier = ?2)`,
    args: [company, runner, copied],
  };
  if (copied > 0) await commitStatements(source.writer, [stillOurs({ company, runner }), place]);
  const isBegun = await homes.first.writer.commit({
    statements: [
      ...(copied > 0 ? [place] : []),
      {
        sql: `update moves set step = 'clear', place = null, updated_at = ?3
          where company = ?1 and runner = ?2 and step <> 'switched' returning company`,
        args: [company, runner, clock.now()],
      },
    ],
    read: (rows) => rows.at(-1)?.length === 1,
  });
  if (!isBegun) throw new Failed<MoveFailure>({ code: "move.nothing_to_undo", company });
}

interface Begun {
  readonly move: Move;
  readonly step: "clear" | "copy" | "switched";
  readonly place: CopyPlace | null;
}

/** Takes a new or an interrupted move for this runner; null where the company lives there already. */
async function begin(
  ports: MovePorts,
  company: number,
  to: string,
  runner: Runner,
): Promise<Begun | null> {
  const { homes, clock } = ports;
  if (homes.named(to) === undefined)
    throw new Failed<MoveFailure>({ code: "move.no_database", database: to, names: homes.names });
  const now = clock.now();
  const [row] = await homes.first.reader.rows({
    sql: `select c.home, m.company as moving, m.target, m.runner, m.runner_until from companies c
      left join moves m on m.company = c.id where c.id = ?1`,
    args: [company],
  });
  if (row === undefined) throw new Failed<MoveFailure>({ code: "move.no_company", company });
  const home = row.home === null ? FIRST_HOME : String(row.home);
  if (row.moving === null && home === to) return null;
  if (row.moving !== null && row.target !== to)
    throw new Failed<MoveFailure>({
      code: "move.other_target",
      company,
      target: String(row.target),
    });
  const other = row.runner === null ? null : String(row.runner);
  const isFree =
    other === null ||
    other === runner.name ||
    Number(row.runner_until) <= now ||
    runner.hasEnded(other);
  if (!isFree) throw new Failed<MoveFailure>({ code: "move.running", company, runner: other });
  const taken = await homes.first.writer.commit({
    statements: [
      other === null
        ? {
            sql: `insert into moves (company, source, target, step, runner, runner_until, started_at, updated_at)
              select ?1, ?2, ?3, 'clear', ?4, ?5, ?6, ?6 from companies where id = ?1 and coalesce(home, '${FIRST_HOME}') = ?2
              on conflict do nothing returning source, step, place`,
            args: [company, home, to, runner.name, now + RUNNER_MS, now],
          }
        : {
            sql: `update moves set runner = ?2, runner_until = ?3 where company = ?1 and runner = ?4
              returning source, step, place`,
            args: [company, runner.name, now + RUNNER_MS, other],
          },
    ],
    read: ([rows]) => rows?.[0],
  });
  const source = homes.named(String(taken?.source));
  const target = homes.named(to);
  if (taken === undefined || source === undefined || target === undefined)
    throw new Failed<MoveFailure>({ code: "move.running", company, runner: null });
  const place = taken.place === null ? null : trusted<CopyPlace>(JSON.parse(String(taken.place)));
  const step = trusted<Begun["step"]>(taken.step);
  const move = { company, source, target, runner: runner.name, from: String(taken.source), to };
  await claim(ports, move);
  return { move, step, place };
}

/**
 * From here on source and target accept nothing of another run. A run that comes too late with this has lost the move, and gives
 * back what it has claimed. Fails with MoveFailure.
 */
async function claim(ports: MovePorts, move: Move): Promise<void> {
  const { company, source, target, runner } = move;
  const args = [company, runner];
  const own = "update companies set copier = ?2 where id = ?1 and";
  await commitStatements(source.writer, [{ sql: `${own} home is null`, args }]);
  await commitStatements(target.writer, [{ sql: `${own} home is not null`, args }]);
  try {
    await keepRunning(ports, move);
  } catch (error) {
    const release = {
      sql: "update companies set copier = null where id = ?1 and copier = ?2",
      args,
    };
    await commitStatements(source.writer, [release]);
    await commitStatements(target.writer, [release]);
    throw error;
  }
}

/** Clears what an earlier stay has left in the target, gives it ids above those of the company, and begins to watch the source. */
async function prepare(ports: MovePorts, move: Move, shapes: readonly Shape[]): Promise<void> {
  const { company, source, target, to } = move;
  await commitStatements(target.writer, await rowElsewhere(move));
  while (await removePage(target, company, to === FIRST_HOME, shapes, move.runner)) {
    await keepRunning(ports, move);
    await ports.yieldToEventLoop();
  }
  // A move that was being given up may have left the company frozen.
  await commitStatements(source.writer, [
    stillOurs(move),
    { sql: "update companies set frozen = 0 where id = ?1 and home is null", args: [company] },
    ...watchStatements(company, shapes),
  ]);
  await takeRange(ports, { source, target, to });
  // Lines that wait in the first database would stand before those that are copied.
  if (to === FIRST_HOME)
    await bringCompany(
      target,
      { reader: source.reader, writer: guarded(source.writer, company) },
      company,
      move.runner,
    );
  await commitStatements(ports.homes.first.writer, [
    {
      sql: "update moves set step = 'copy', place = null, updated_at = ?3 where company = ?1 and runner = ?2",
      args: [company, move.runner, ports.clock.now()],
    },
  ]);
}

async function copyAll(
  ports: MovePorts,
  move: Move,
  shapes: readonly Shape[],
  from: CopyPlace | null,
): Promise<void> {
  // A place of null at a resumed move is the beginning: pages that are there are written again.
  let place: CopyPlace | null = from ?? { table: shapes[0]?.name ?? "", after: [] };
  let saved = ports.clock.now();
  while (place !== null) {
    place = await copyPage(move, shapes, place);
    const now = ports.clock.now();
    if (place !== null && now - saved > 1_000) {
      saved = now;
      await keepRunning(ports, move, place);
    }
    await ports.yieldToEventLoop();
  }
  for (let round = 0; round < OPEN_ROUNDS && (await catchUp(move, shapes)); round += 1)
    await keepRunning(ports, move);
}
