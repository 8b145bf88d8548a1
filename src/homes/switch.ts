import { systemCause } from "../journal/cause.ts";
import { audit } from "../journal/record.ts";
import { verifyAudit } from "../journal/verify-audit.ts";
import { Failed } from "../lib/result.ts";
import { FIRST_HOME } from "../ports/homes.ts";
import { commitStatements, type Guard, type Statement } from "../ports/sql.ts";
import { reconciledSlices } from "../stock/reconcile/reconcile.ts";
import { settingsTo } from "./company-row.ts";
import { catchUp, differences, lastLine, unwatchStatements } from "./copy.ts";
import type { MoveFailure } from "./failures.ts";
import { keepRunning, type Move, type MovePorts, stillOurs } from "./running-move.ts";
import type { Shape } from "./tables.ts";

/** Comparisons of a frozen company before the move is given up. */
const COMPARISONS = 3;

/** From the freeze on nothing of the company is written in the source; a failure before the switch ends the freeze. */
export async function freezeAndSwitch(
  ports: MovePorts,
  move: Move,
  shapes: readonly Shape[],
  onStep: (step: string) => void,
): Promise<void> {
  const { company, source, runner } = move;
  // Both by the run that has the company now: one that was taken for dead must not open what its successor compares.
  const freeze = (): Promise<void> =>
    commitStatements(source.writer, [
      stillOurs(move),
      { sql: "update companies set frozen = 1 where id = ?1 and home is null", args: [company] },
    ]);
  const thaw = (): Promise<void> =>
    commitStatements(source.writer, [
      {
        sql: "update companies set frozen = 0, copier = null where id = ?1 and home is null and copier = ?2",
        args: [company, runner],
      },
    ]);
  await freeze();
  try {
    let differing: string[] = ["?"];
    for (let n = 0; n < COMPARISONS && differing.length > 0; n += 1) {
      while (await catchUp(move, shapes)) await keepRunning(ports, move);
      differing = await differences(move, shapes);
    }
    if (differing.length > 0)
      throw new Failed<MoveFailure>({ code: "move.copy_differs", company, tables: differing });
    await commitStatements(move.target.writer, [
      stillOurs(move),
      ...(await settingsTo(move, ports.homes.first)),
    ]);
    onStep("verify");
    await mustBeWhole(ports, move);
    await keepRunning(ports, move);
  } catch (error) {
    await thaw();
    throw error;
  }
  onStep("switch");
  await switchDirectory(ports, move);
}

/** Ledger = balances, and one unbroken audit chain, in the target. */
async function mustBeWhole(ports: MovePorts, move: Move): Promise<void> {
  const { company, target } = move;
  for await (const { discrepancies } of reconciledSlices(target, company, 500)) {
    const [first] = discrepancies;
    if (first !== undefined)
      throw new Failed<MoveFailure>({
        code: "move.wrong_balance",
        company,
        product_code: first.product,
      });
    await keepRunning(ports, move);
  }
  const { broken } = await verifyAudit(target, company, []);
  if (broken !== null)
    throw new Failed<MoveFailure>({ code: "move.broken_audit", company, seq: broken.seq });
}

/** The one batch from which on the company lives in the target. */
async function switchDirectory(ports: MovePorts, move: Move): Promise<void> {
  const { company, from, to, runner } = move;
  const now = ports.clock.now();
  const ours = "exists (select 1 from moves where company = ?1 and runner = ?2 and step = 'copy')";
  const closed = {
    sql: `select 1 from companies where id = ?1 and home is not null and ${ours}`,
    args: [company, runner],
  };
  const opens = to === FIRST_HOME;
  const switched = await ports.homes.first.writer.commit({
    statements: [
      ...(opens ? openStatements(move, now, closed) : []),
      {
        sql: `update companies set home = ?3, frozen = 0, copier = null, left_at = ?4, audit_from = coalesce(?5, audit_from)
          where id = ?1 and ${ours}`,
        args: [
          company,
          runner,
          opens ? null : to,
          from === FIRST_HOME ? now : null,
          from === FIRST_HOME ? await lastLine(move.target, company) : null,
        ],
      },
      {
        sql: `update moves set step = 'switched', updated_at = ?3 where company = ?1 and runner = ?2 and step = 'copy'
          returning company`,
        args: [company, runner, now],
      },
    ],
    read: (rows) => rows.at(-1)?.length === 1,
  });
  if (!switched) throw new Failed<MoveFailure>({ code: "move.taken_over", company });
}

/** What the target writes when the company opens there: newer versions than any process has seen, and the line of the audit. */
function openStatements({ company, from, to }: Move, now: number, closed: Guard): Statement[] {
  return [
    {
      sql: `update cache_versions set version = version + 1 where company = ?1 and exists (${closed.sql})`,
      args: closed.args,
    },
    audit(
      systemCause(company, "sge company move"),
      now,
      { action: "company.move", entity: "company", id: String(company), detail: { from, to } },
      closed,
    ),
  ];
}

/**
 * After the switch: opens the company in the target, closes it in the source, and forgets the move. Repeated, it changes nothing. A
 * run that another one has followed writes nothing: the company may live elsewhere by now. Throws as the databases do.
 */
export async function finish(
  ports: MovePorts,
  move: Move,
  shapes: readonly Shape[],
): Promise<void> {
  const { company, source, target, from, to, runner } = move;
  const now = ports.clock.now();
  if (to !== FIRST_HOME)
    await commitStatements(target.writer, [
      {
        sql: `insert into refused_writes (company) select id from companies
          where id = ?1 and home is not null and copier is not ?2`,
        args: [company, runner],
      },
      ...openStatements(move, now, {
        sql: "select 1 from companies where id = ?1 and home is not null and copier = ?2",
        args: [company, runner],
      }),
      {
        sql: `update companies set home = null, frozen = 0, copier = null, left_at = null
          where id = ?1 and home is not null and copier = ?2`,
        args: [company, runner],
      },
    ]);
  await commitStatements(source.writer, [
    {
      sql: `insert into refused_writes (company) select id from companies
        where id = ?1 and home is null and copier is not ?2`,
      args: [company, runner],
    },
    ...(from === FIRST_HOME
      ? []
      : [
          {
            sql: "update companies set home = ?2, frozen = 0, copier = null, left_at = ?3 where id = ?1 and home is null",
            args: [company, to, now],
          },
        ]),
    ...unwatchStatements(company, shapes),
  ]);
  await commitStatements(ports.homes.first.writer, [
    {
      sql: "delete from moves where company = ?1 and step = 'switched' and runner = ?2",
      args: [company, runner],
    },
  ]);
}
