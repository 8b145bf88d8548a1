import type { UserCause } from "../accounts/actor.ts";
import { KEY_ROLES, may } from "../accounts/roles.ts";
import { appendEvents, audit } from "../journal/record.ts";
import type { TagVersions } from "../journal/versions.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Statement, WriteJob, Writer } from "../ports/sql.ts";
import type { ConfirmationFailure } from "./failures.ts";
import { type Confirmation, KEY_MAY_ASK } from "./list.ts";

/** The tags whose data a plan is made of. */
const PLANNED_FROM = ["nfes", "stock", "products", "supplier_items", "settings"] as const;
const CURRENT = `(select coalesce(sum(version), 0) from cache_versions
  where company = ?1 and tag in ('${PLANNED_FROM.join("', '")}'))`;

/** A number that rises with every write that may change a plan. */
export const planVersion = (versions: TagVersions): number =>
  PLANNED_FROM.reduce((sum, tag) => sum + versions[tag], 0);

/** What has become of a confirmation in the request that confirms it. */
export interface ClaimState {
  /** `planVersion` under which the plan was made; after a batch of this request: what it has left. */
  version: number;
  /** A batch of this request was written, and the confirmation with it. */
  claimed: boolean;
  /** Another write came after the plan: nothing of the refused batch was written. */
  moved: boolean;
  /** It no longer waits: nothing was written. */
  ended: boolean;
}

/**
 * The writer of the request that confirms. Each batch begins with the confirmation: where it no longer waits for this request,
 * or where something that the plan is made of was written since, a column that may not be null gets null, and the whole batch
 * fails. The first batch also has the audit line and the event. It adds two to four statements.
 */
export function claimingWriter(
  { writer, clock }: Pick<Ports, "writer" | "clock">,
  confirmation: Confirmation,
  { cause, claim, state }: { cause: UserCause; claim: string; state: ClaimState },
): Writer {
  return {
    async commit<T>({ statements, read }: WriteJob<T>, signal?: AbortSignal): Promise<T> {
      if (state.ended || state.moved) throw ended();
      const at = clock.now();
      const before = claimStatement(confirmation, cause, claim, state.version, at);
      const after = state.claimed ? [] : recordStatements(confirmation, cause, at);
      const count = statements.length;
      const claimed = {
        statements: [before, ...statements, ...after, versionStatement(cause.actor.company)],
        read: (rows: readonly Row[][]) => {
          const value = read(rows.slice(1, count + 1));
          return { value, version: Number(rows.at(-1)?.[0]?.version) };
        },
      };
      try {
        const { value, version } = await writer.commit(claimed, signal);
        state.version = version;
        state.claimed = true;
        return value;
      } catch (error) {
        const column = refusedColumn(error);
        if (column === null) throw error;
        if (column === "plan_hash") state.moved = true;
        else state.ended = true;
        throw ended();
      }
    },
  };
}

/** Stops the flow; the request that confirms answers by `state`. */
const ended = () =>
  new Failed<ConfirmationFailure>({ code: "confirmation.ended", state: "confirmed" });

function refusedColumn(error: unknown): "state" | "plan_hash" | null {
  if (!(error instanceof Failed)) return null;
  const failure = trusted<PlatformFailure>(error.failure);
  if (failure.code !== "storage.rejected") return null;
  if (failure.constraint.includes("confirmations.state")) return "state";
  return failure.constraint.includes("confirmations.plan_hash") ? "plan_hash" : null;
}

const claimStatement = (
  { id, permission }: Confirmation,
  { actor }: UserCause,
  claim: string,
  version: number,
  at: number,
): Statement => ({
  sql: `update confirmations set
      state = iif(claim = ?3 or (state = 'waiting' and expires_at > ?4 and ${KEY_MAY_ASK}), 'confirmed', null),
      plan_hash = iif(${CURRENT} = ?5, plan_hash, null), claim = ?3, ended_at = ?4, ended_by = ?6
    where company = ?1 and id = ?2`,
  args: [
    actor.company,
    id,
    claim,
    at,
    version,
    actor.userId,
    JSON.stringify(KEY_ROLES.filter((role) => may(role, permission))),
  ],
});

const versionStatement = (company: number): Statement => ({
  sql: `select ${CURRENT} as version`,
  args: [company],
});

const recordStatements = (
  { id, tool, planHash, askedByUser, askedByKey }: Confirmation,
  cause: UserCause,
  at: number,
): Statement[] => [
  audit(cause, at, {
    action: "confirmation.confirm",
    entity: "confirmation",
    id,
    detail: { tool, plan_hash: planHash, asked_by_user: askedByUser, asked_by_key: askedByKey },
  }),
  appendEvents(cause.actor.company, at, [
    { type: "confirmation.ended", payload: { confirmation_id: id, outcome: "confirmed" } },
  ]),
];

/** What was confirmed had nothing to write: the confirmation alone is written. */
export const claimAlone = (writer: Writer): Promise<void> =>
  writer.commit({ statements: [], read: () => undefined });

/**
 * The write was refused after an earlier batch of the same request: the confirmation waits again, as long as it would have.
 */
export const release = (
  { writer, clock }: Pick<Ports, "writer" | "clock">,
  { company, id, tool }: Confirmation,
  claim: string,
): Promise<void> =>
  writer.commit({
    statements: [
      {
        sql: `update confirmations set state = 'waiting', claim = null, ended_at = null, ended_by = null
          where company = ?1 and id = ?2 and claim = ?3`,
        args: [company, id, claim],
      },
      appendEvents(company, clock.now(), [
        { type: "confirmation.asked", payload: { confirmation_id: id, tool } },
      ]),
    ],
    read: () => undefined,
  });
